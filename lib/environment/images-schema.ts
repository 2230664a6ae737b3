import { z } from 'zod';

/** Images of the workloads, where nodes pull what they run. */
export const nodeImages = z
  .strictObject({
    runtime: z.string().min(1).exactOptional().describe('with node (24 or later) and nsenter'),
    k6: z.string().min(1).exactOptional(),
  })
  .default({})
  .describe('what the nodes can pull; the public images of pins.json when left out');
