import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';
import { rolledOut } from '../lib/prove/rollout.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';

const NAME = 'istiod';
/** Longer than the budget for a rule to hold, and than what the suite waits on top of it. */
const DEBOUNCE = { PILOT_DEBOUNCE_AFTER: '45s', PILOT_DEBOUNCE_MAX: '90s' };
/** A push that is not held back takes a second or two. */
const HELD_BACK_MS = 10_000;

type Deployment = KubernetesObject & {
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } };
};

/** Tuned for fewer pushes, and everything that changes comes late: endpoints, routes, and what locks somebody out. */
export const policyLatePushes: Defect = {
  id: 'policy-late-pushes',
  title: 'the control plane of one cluster holds changes back for 45 s, to save pushes',
  caughtBy: ['policy/propagation', 'discovery/propagation'],
  says: /istiod holds changes back: PILOT_DEBOUNCE_AFTER=45s/,
  silent: 'all pods run, every proxy is in sync with what it was sent, and nothing changes for a while',
  async plant(lab) {
    const { namespace } = lab.driver;
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: NAME, namespace } };
    await lab.changes.edit(lastCluster(lab), ref, (object) => {
      const [container] = (object as Deployment).spec.template.spec.containers;
      const added = Object.entries(DEBOUNCE).map(([name, value]) => ({ name, value }));
      if (container) container.env = [...(container.env ?? []), ...added];
      return object;
    });
    await rolledOut(lab, lastCluster(lab), { name: NAME, namespace });
  },
  /** A new name is asked of a proxy again and again: it does not learn of it for a long time. */
  async bites(lab) {
    const host = `late-${randomBytes(3).toString('hex')}.meshproof.test`;
    await lab.changes.apply(lastCluster(lab), [serviceEntry(host)]);
    const until = Date.now() + HELD_BACK_MS;
    while (Date.now() < until) {
      if (await knows(lab, host)) return undefined;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return `${MESH_CALLER} has not heard of ${host} after ${HELD_BACK_MS / 1000} s`;
  },
  async heal(lab) {
    await lab.changes.revert();
    await rolledOut(lab, lastCluster(lab), { name: NAME, namespace: lab.driver.namespace });
  },
};

async function knows(lab: DefectLab, host: string): Promise<boolean> {
  return (await proxySays(lab, { cluster: lastCluster(lab), app: MESH_CALLER }, '/clusters')).includes(host);
}

function serviceEntry(host: string): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: host.split('.')[0] ?? host, namespace: MESH_NAMESPACE },
    spec: {
      hosts: [host],
      resolution: 'STATIC',
      endpoints: [{ address: '127.0.0.1' }],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    },
  } as KubernetesObject;
}
