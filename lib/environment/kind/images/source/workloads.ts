import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from '../docker.ts';
import type { Stage, StageWork } from '../stage.ts';
import { type ImageStage, imageStage } from './images.ts';
import type { Tree } from './tree.ts';

/** Istio's user in all of its images. */
const istioUser = 1337;
/** The user of the official k6 image. */
const k6User = 12_345;
/** The `node` user of the official Node.js image. */
const nodeUser = 1000;

/** Images of the mesh and of Meshproof's own pods: pilot and proxyv2 (on plain Envoy), k6, and Node.js. */
export function workloadImages(docker: Docker, envoyVersion: string): Stage[] {
  const images: ImageStage[] = [
    {
      name: 'pilot',
      from: 'base',
      needs: ['go-istio'],
      config: [`USER ${istioUser}:${istioUser}`, 'ENTRYPOINT ["/usr/local/bin/pilot-discovery"]'],
      revision: 1,
      fill: (tree, work) => {
        tree.copy('/usr/local/bin/pilot-discovery', join(work.output('go-istio'), 'bin/pilot-discovery'));
        addBootstrap(tree, work);
      },
    },
    proxyImage(envoyVersion),
    {
      name: 'k6',
      from: 'base',
      needs: ['go-k6', 'rootfs'],
      config: [`USER ${k6User}:${k6User}`, 'WORKDIR /home/k6', 'ENTRYPOINT ["k6"]'],
      revision: 1,
      fill: (tree, work) => {
        tree.copy('/usr/bin/k6', join(work.output('go-k6'), 'bin/k6'));
        addUser(tree, work, 'k6', k6User);
      },
    },
    {
      name: 'runtime',
      from: 'base',
      needs: ['node-binary', 'rootfs'],
      config: [`USER ${nodeUser}:${nodeUser}`, 'WORKDIR /home/node', 'CMD ["node"]'],
      revision: 1,
      fill: (tree, work) => {
        tree.copy('/usr/local/bin/node', join(work.output('node-binary'), 'bin/node'));
        addUser(tree, work, 'node', nodeUser);
      },
    },
  ];
  return images.map((image) => imageStage(docker, image));
}

/**
 * Istio's proxy on plain Envoy of this version. A candidate has names of its own, so that the images of environments stay
 * as they are.
 */
export function proxyImage(envoyVersion: string, { name = 'proxyv2', envoy = 'envoy' } = {}): ImageStage {
  return {
    name,
    from: 'base',
    needs: ['go-istio', envoy],
    config: [
      `ENV ISTIO_META_ISTIO_PROXY_SHA=envoy-${envoyVersion}`,
      `USER ${istioUser}:${istioUser}`,
      'ENTRYPOINT ["/usr/local/bin/pilot-agent"]',
    ],
    revision: 1,
    fill: (tree, work) => {
      tree.copy('/usr/local/bin/pilot-agent', join(work.output('go-istio'), 'bin/pilot-agent'));
      tree.copy('/usr/local/bin/envoy', join(work.output(envoy), 'bin/envoy'));
      tree.folder('/etc/istio/proxy', istioUser);
      addBootstrap(tree, work);
    },
  };
}

/** The bootstrap template that pilot-agent fills in for Envoy; it may write beside it. */
function addBootstrap(tree: Tree, work: StageWork): void {
  tree.folder('/var/lib/istio', istioUser);
  tree.folder('/var/lib/istio/envoy', istioUser);
  const template = join(work.output('go-istio'), 'files/envoy_bootstrap.json');
  tree.copy('/var/lib/istio/envoy/envoy_bootstrap_tmpl.json', template, 0o644);
}

function addUser(tree: Tree, work: StageWork, name: string, id: number): void {
  const etc = join(work.output('rootfs'), 'rootfs/etc');
  const passwd = readFileSync(join(etc, 'passwd'), 'utf8');
  const group = readFileSync(join(etc, 'group'), 'utf8');
  tree.file('/etc/passwd', `${passwd}${name}:x:${id}:${id}::/home/${name}:/bin/sh\n`);
  tree.file('/etc/group', `${group}${name}:x:${id}:\n`);
  tree.folder(`/home/${name}`, id);
}
