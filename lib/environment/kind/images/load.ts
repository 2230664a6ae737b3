import { MeshproofError } from '../../../support/errors.ts';
import type { Docker } from './docker.ts';
import type { StageEvent } from './stage.ts';

/** The client of containerd in a node of kind, in the namespace of Kubernetes. */
const CTR = ['ctr', '--namespace=k8s.io', 'images'] as const;

/**
 * Brings an image of the engine under this name into nodes that run, one node after the other, as `kind load` does. A node
 * that has the name keeps what it has: names must tell the content. Says of each node what it had to do, and of how many MiB.
 */
export async function loadImage(
  docker: Docker,
  nodes: readonly string[],
  { source, target }: { source: string; target: string },
  onEvent: (event: StageEvent) => void = () => {},
): Promise<void> {
  const lacking: string[] = [];
  for (const node of nodes) {
    if (await holds(docker, node, target)) onEvent({ stage: `load into ${node}`, state: 'cached' });
    else lacking.push(node);
  }
  if (lacking.length === 0) return;
  const { stdout } = await docker.run(['image', 'inspect', '--format', '{{.Size}}', source]);
  const size = `${Math.round(Number(stdout) / 2 ** 20)} MiB`;
  await docker.run(['tag', source, target]);
  try {
    await loadInto(docker, lacking, { target, size }, onEvent);
  } finally {
    // A name more would keep the image in the engine when what it is made from is gone.
    await docker.try(['image', 'rm', target]);
  }
}

async function loadInto(
  docker: Docker,
  nodes: readonly string[],
  { target, size }: { target: string; size: string },
  onEvent: (event: StageEvent) => void,
): Promise<void> {
  for (const node of nodes) {
    const stage = `load of ${size} into ${node}`;
    const started = performance.now();
    onEvent({ stage, state: 'start' });
    onEvent({ stage, state: 'line', line: target });
    const receive = [...CTR, 'import', '--local', '--label', 'io.cri-containerd.pinned=pinned', '-'];
    await docker.pipe(['save', target], ['exec', '--interactive', node, ...receive], (line) =>
      onEvent({ stage, state: 'line', line }),
    );
    if (!(await holds(docker, node, target)))
      throw new MeshproofError('environment', `${node} did not keep the image ${target} that it was given`, {
        nextStep: `docker exec ${node} ${CTR.join(' ')} ls`,
      });
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    onEvent({ stage, state: 'done', seconds });
  }
}

/** True when a node has all that an image of this name is made of; one whose import was cut off does not count. */
async function holds(docker: Docker, node: string, name: string): Promise<boolean> {
  const { stdout } = await docker.run(['exec', node, ...CTR, 'check', '--quiet', `name==${name}`]);
  return stdout.split('\n').includes(name);
}
