import {
  capabilitiesLacking,
  type EngineStatus,
  engineStatus,
  ensureEngine,
} from '../../environment/kind/engine.ts';
import { checkStartable } from '../../environment/kind/engine-needs.ts';
import { MeshproofError } from '../../support/errors.ts';
import { type Check, type DoctorHost, isRoot } from '../check.ts';

interface EngineFacts {
  status: EngineStatus;
  /** What keeps a private engine from starting; undefined when nothing does. */
  obstacle?: { message: string; remedy: string };
}

export const engineCheck: Check<EngineFacts> = {
  id: 'engine',
  title: 'container engine',
  probe: async (host) => {
    const status = await engineStatus(host.engine);
    if (status.state !== 'stopped') return { status };
    const obstacle = await findObstacle(host);
    return obstacle ? { status, obstacle } : { status };
  },
  judge: ({ status, obstacle }) => {
    const { state, owned, dockerHost, version = '', detail = '' } = status;
    switch (state) {
      case 'running':
        return { level: 'ok', found: `Docker ${version}, ${owned ? 'private' : 'yours'}, at ${dockerHost}` };
      case 'denied':
        return {
          level: 'missing',
          found: `permission denied at ${dockerHost}`,
          remedy: 'sudo usermod -aG docker "$USER" && newgrp docker',
        };
      case 'failing':
        return {
          level: 'missing',
          found: `no answer from ${dockerHost}: ${detail}`,
          remedy: owned
            ? 'npx meshproof engine stop && npx meshproof engine start'
            : 'start it, or unset DOCKER_HOST',
        };
      case 'stopped':
        if (obstacle) return { level: 'missing', found: obstacle.message, remedy: obstacle.remedy };
        return {
          level: 'warn',
          found: 'none runs; a private one starts when needed',
          remedy: 'npx meshproof engine start',
        };
    }
  },
  fixable: async (host) => isRoot(host),
  fix: async (host, { status }, log) => {
    if (status.state === 'stopped') await ensureEngine({ log, host: host.engine });
  },
};

async function findObstacle(host: DoctorHost): Promise<EngineFacts['obstacle']> {
  try {
    await checkStartable(host.engine, await capabilitiesLacking(host.engine));
    return undefined;
  } catch (error) {
    if (!(error instanceof MeshproofError)) throw error;
    return { message: error.message, remedy: error.nextStep ?? '' };
  }
}

/** A private engine and its containers can't do without these; runc itself fails. */
const indispensable = [
  'CAP_SYS_ADMIN',
  'CAP_NET_ADMIN',
  'CAP_MKNOD',
  'CAP_SYS_CHROOT',
  'CAP_SETUID',
  'CAP_SETGID',
];

export const capabilityCheck: Check<{ missing: string[]; owned: boolean }> = {
  id: 'capabilities',
  title: 'capabilities',
  probe: async (host) => ({
    missing: await capabilitiesLacking(host.engine),
    owned: (await engineStatus(host.engine)).owned,
  }),
  judge: ({ missing, owned }) => {
    if (missing.length === 0) return { level: 'ok', found: 'all can be granted' };
    const list = missing.join(', ');
    if (!owned)
      return { level: 'ok', found: `${list} cannot be granted here; your engine decides for itself` };
    const fatal = missing.filter((name) => indispensable.includes(name));
    if (fatal.length > 0) {
      const remedy =
        'run on a machine (or in a container with --privileged) that grants them, or set DOCKER_HOST';
      return { level: 'missing', found: `${fatal.join(', ')} cannot be granted here`, remedy };
    }
    return {
      level: 'ok',
      found: `${list} cannot be granted here; the private engine leaves it out by a wrapper of runc`,
    };
  },
};
