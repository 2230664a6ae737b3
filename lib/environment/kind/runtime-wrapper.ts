import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { MeshproofError } from '../../support/errors.ts';

/** Capability names by bit number: linux/capability.h of Linux 6.x (0 CAP_CHOWN … 40 CAP_CHECKPOINT_RESTORE). */
const capabilities =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
  NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
  SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE
  AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF
  CHECKPOINT_RESTORE`
    .split(/\s+/)
    .map((name) => `CAP_${name}`);

/**
 * The capabilities that no process started from here can hold, by the text of /proc/self/status (its bounding
 * set). A kernel older than a capability counts as lacking it, which is true. Throws when the text has no CapBnd.
 */
export function missingCapabilities(status: string): string[] {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (bounding === undefined) {
    throw new MeshproofError('environment', '/proc/self/status has no line CapBnd', {
      nextStep: 'run Meshproof on Linux, or use an existing Docker (DOCKER_HOST)',
    });
  }
  const granted = BigInt(`0x${bounding}`);
  return capabilities.filter((_, bit) => ((granted >> BigInt(bit)) & 1n) === 0n);
}

/**
 * Capabilities that `docker run --privileged` (which kind uses) asks of runc in vain here; see
 * {@link missingCapabilities}. None where there is no procfs: such a machine is not Linux and runs no runc.
 */
export async function missingHere(statusFile = '/proc/self/status'): Promise<string[]> {
  const status = await readFile(statusFile, 'utf8').catch(() => undefined);
  return status === undefined ? [] : missingCapabilities(status);
}

/** The wrapper's text for a host that lacks `missing`. */
async function runtimeWrapper(missing: readonly string[]): Promise<string> {
  const template = await readFile(new URL('./runtime-wrapper.sh', import.meta.url), 'utf8');
  return template.replace('@MISSING@', JSON.stringify(missing));
}

/** Puts the wrapper at `file`, executable, in one step: a running engine may be reading the old one. */
export async function writeRuntimeWrapper(file: string, missing: readonly string[]): Promise<void> {
  await writeFile(`${file}.new`, await runtimeWrapper(missing));
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
}
