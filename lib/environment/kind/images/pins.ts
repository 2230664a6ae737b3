import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../../support/paths.ts';

const moduleNames = ['kubernetes', 'istio', 'containerd', 'coredns', 'etcd', 'cni', 'kind', 'k6'] as const;

/** Folder name under environments/kind-node/modules of a pinned Go module. */
export type ModuleName = (typeof moduleNames)[number];

const wheelSchema = z.strictObject({
  package: z.string(),
  version: z.string(),
  platform: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A pinned wheel of Envoy. */
export type EnvoyPin = z.infer<typeof wheelSchema>;

const pinsSchema = z.strictObject({
  modules: z.record(
    z.enum(moduleNames),
    z.strictObject({
      path: z.string(),
      version: z.string(),
      tags: z.array(z.string()).default([]),
      /** Variables that the linker sets (`-X`), so that a binary tells the version that it is. */
      stamp: z.record(z.string(), z.string()).default({}),
    }),
  ),
  envoy: wheelSchema,
  /** Other versions that proxies can be given while a mesh runs. */
  envoyCandidates: z.array(wheelSchema),
  debian: z.strictObject({ suite: z.string(), packages: z.array(z.string()) }),
  registry: z.strictObject({
    node: z.string(),
    pilot: z.string(),
    proxyv2: z.string(),
    k6: z.string(),
    runtime: z.string(),
  }),
});

/** Every version that an image is made of. */
export type Pins = z.infer<typeof pinsSchema>;

/** The images that registry mode pulls, by what they are for. */
export type RegistryRefs = Pins['registry'];

/** Folder of the pins, the Go modules and the files that go into the node image. */
export const kindNodeDir = join(projectRoot, 'environments', 'kind-node');

/** Reads the one file that holds every pinned version. */
export function readPins(file = join(kindNodeDir, 'pins.json')): Pins {
  return pinsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
