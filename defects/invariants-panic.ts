import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { OUTSIDE_NAMESPACE } from '../lib/run/workloads.ts';
import { ignoreMissing, waitFor } from '../lib/support/kube.ts';

const NAME = 'falls-over';
/** What Go's HTTP server says when a handler panics: the one call is lost, and the program goes on. */
const SAYS = [
  '2026/01/01 00:00:00 http: panic serving 192.0.2.1:40000: runtime error: invalid memory address or nil pointer dereference',
  'goroutine 42 [running]:',
];

/** Nothing restarts, nothing is unready: whoever made the call knows, and the log. */
export const invariantsPanic: Defect = {
  id: 'invariants-panic',
  title: 'in the last cluster a program panics in one of its calls, recovers, and goes on',
  caughtBy: ['invariants/panics'],
  says: /meshproof-outside\/falls-over container main says: .*http: panic serving/,
  silent: 'the pod stays Ready with no restart; one call was lost, and only a log says why',
  plant: (lab) => {
    const program = `console.error(${JSON.stringify(SAYS.join('\n'))}); setInterval(() => {}, 60_000);`;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: NAME, namespace: OUTSIDE_NAMESPACE, labels: { app: NAME } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name: 'main',
            image: lab.lab.images.runtime,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', '-e', program],
          },
        ],
      },
    };
    return lab.changes.apply(lastCluster(lab), [pod]);
  },
  /** The kubelet's own file: no API server between. */
  async bites(lab) {
    const cluster = lastCluster(lab);
    const [pod] = await lab.pods(cluster, OUTSIDE_NAMESPACE, NAME);
    if (!pod) return undefined;
    const grep = `grep -h 'panic serving' /var/log/pods/${OUTSIDE_NAMESPACE}_${NAME}_*/main/*.log`;
    const { stdout } = await lab.onNode(cluster, pod.node, ['sh', '-c', grep]);
    const [line] = stdout.split('\n');
    return line ? `on ${pod.node} its log has: ${line.slice(0, 200)}` : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    const { core } = lab.kube(lastCluster(lab));
    const pod = { namespace: OUTSIDE_NAMESPACE, name: NAME };
    await waitFor(
      `${NAME} is gone`,
      async () => (await ignoreMissing(core.readNamespacedPod(pod))) === undefined,
      { timeoutMs: 60_000 },
    );
  },
};
