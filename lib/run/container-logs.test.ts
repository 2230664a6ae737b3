import { ApiException, type V1ContainerStatus } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import type { Kube } from '../support/kube.ts';
import { readLogs } from './container-logs.ts';

const SINCE = Date.parse('2026-01-01T00:00:00Z');
const running = { state: { running: {} } };

/** An API with one pod a container; what reading its log gives is decided by the container's name. */
function api(
  containers: Record<string, Partial<V1ContainerStatus>>,
  asked: string[] = [],
): Pick<Kube, 'core'> {
  const items = Object.entries(containers).map(([name, status]) => ({
    metadata: { name: `${name}-1`, namespace: name === 'foreign' ? 'shop' : 'kube-system' },
    status: { containerStatuses: [{ name, restartCount: 0, ...status }] },
  }));
  const core = {
    listPodForAllNamespaces: async () => ({ items }),
    readNamespacedPodLog: async ({ container, previous }: { container: string; previous: boolean }) => {
      asked.push(previous ? `${container} before` : container);
      if (container === 'gone') throw new ApiException(404, 'pods "gone-1" not found', '', {});
      if (container === 'lost')
        throw new ApiException(502, 'dial tcp 192.0.2.1:10250: no route to host', '', {});
      if (container === 'going') throw new ApiException(500, 'no such container', '', {});
      return container === 'silent' ? undefined : 'fine';
    },
    readNamespacedPod: async ({ name }: { name: string }) => {
      if (name === 'going-1') throw new ApiException(404, 'pods "going-1" not found', '', {});
      return {};
    },
  };
  return { core } as unknown as Pick<Kube, 'core'>;
}

function wanted() {
  return {
    cluster: 'east',
    since: SINCE,
    isWatched: (namespace: string | undefined) => namespace === 'kube-system',
    proxyContainer: undefined,
  };
}

test('a log that is refused is named; that of a pod that has gone is not missed; neither counts as read', async () => {
  const pods = { talks: running, silent: running, gone: running, going: running, lost: running };
  const read = await readLogs(api(pods), wanted());
  expect(read.logs).toEqual([
    { subject: 'east kube-system/talks-1 container talks', text: 'fine' },
    { subject: 'east kube-system/silent-1 container silent', text: '' },
  ]);
  expect(read.unread).toEqual([
    expect.stringMatching(/^east kube-system\/lost-1 container lost: .*(502|no route)/),
  ]);
});

test('what ended badly or was restarted since is read, and nobody asks for more', async () => {
  const asked: string[] = [];
  const ended = (exitCode: number, finishedAt: string) => ({
    terminated: { exitCode, finishedAt: new Date(finishedAt) },
  });
  await readLogs(
    api(
      {
        crashed: { state: ended(2, '2026-01-01T00:01:00Z') },
        done: { state: ended(0, '2026-01-01T00:01:00Z') },
        again: { ...running, restartCount: 1, lastState: ended(2, '2026-01-01T00:01:00Z') },
        old: { ...running, restartCount: 1, lastState: ended(2, '2025-12-31T23:59:00Z') },
        looping: { state: { waiting: {} }, lastState: ended(2, '2026-01-01T00:01:00Z') },
        pending: { state: { waiting: {} } },
        foreign: running,
      },
      asked,
    ),
    wanted(),
  );
  expect(asked.toSorted()).toEqual(['again', 'again before', 'crashed', 'looping', 'looping before', 'old']);
});
