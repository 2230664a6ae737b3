import { type EngineStatus, engineStatus, ensureEngine, stopEngine } from '../environment/kind/engine.ts';
import { type EngineHost, thisHost } from '../environment/kind/engine-host.ts';
import { EXIT, MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { findingsJson, renderFindings } from './render.ts';
import { type DoctorOptions, runDoctor } from './run.ts';

export interface CommandOutput {
  /** Where the answer goes (progress goes to the log). */
  write: (text: string) => void;
  json?: boolean;
  /** Default: no colours. */
  colour?: boolean;
}

/** `meshproof doctor`: promises exit code 0 when nothing is missing, else 3. */
export async function doctorCommand(options: DoctorOptions & CommandOutput): Promise<number> {
  const findings = await runDoctor(options);
  options.write(
    options.json ? findingsJson(findings) : renderFindings(findings, { colour: options.colour ?? false }),
  );
  return findings.some(({ level }) => level === 'missing') ? EXIT.broken : EXIT.passed;
}

/**
 * `meshproof engine start|stop|status`: promises exit code 0, or 3 from `status` when no engine answers. Throws a
 * `usage` error on another action, an `environment` error when the engine can't be started.
 */
export async function engineCommand(
  action: string,
  options: CommandOutput & { log: Log; host?: EngineHost },
): Promise<number> {
  const { log, host = thisHost(), write, json = false } = options;
  switch (action) {
    case 'start':
      await ensureEngine({ log, host });
      break;
    case 'stop':
      if (!(await stopEngine({ log, host }))) log.info('no private engine runs');
      break;
    case 'status':
      break;
    default:
      throw new MeshproofError('usage', `unknown action: engine ${action}`, {
        nextStep: 'engine start | stop | status',
      });
  }
  const status = await engineStatus(host);
  write(json ? `${JSON.stringify(status, null, 2)}\n` : describeStatus(status));
  return action === 'status' && status.state !== 'running' ? EXIT.broken : EXIT.passed;
}

function describeStatus({ state, owned, dockerHost, version, pid, detail }: EngineStatus): string {
  const whose = owned ? 'private engine' : 'your Docker';
  const about = [version, pid === undefined ? undefined : `pid ${pid}`, detail].filter(
    (part) => part !== undefined,
  );
  const lines = [`${whose}: ${state}${about.length === 0 ? '' : ` (${about.join(', ')})`}`];
  if (state === 'running') lines.push(`export DOCKER_HOST=${dockerHost}`);
  return `${lines.join('\n')}\n`;
}
