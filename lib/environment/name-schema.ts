import { z } from 'zod';
import { parseCidr } from './cidr.ts';

/** A name as Kubernetes, DNS and our own files take it. */
export const name = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'a name is 1 to 40 characters of a-z, 0-9 and -, and starts with a letter',
  );

/** An IPv4 range without host bits. */
export const cidr = z
  .string()
  .refine(
    (text) => parseCidr(text) !== undefined,
    'an IPv4 range whose host bits are zero, such as 10.10.0.0/16',
  )
  .describe('IPv4 range, such as 10.10.0.0/16; no two ranges of an environment may overlap');
