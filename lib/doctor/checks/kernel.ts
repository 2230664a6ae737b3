import { type Check, isRoot } from '../check.ts';

/** Each feature, how it is tried in a network namespace that ends with the probe, and what depends on it. */
const features = {
  bridge: { command: 'ip link add mp0 type bridge', need: 'missing' },
  veth: { command: 'ip link add mp1 type veth peer name mp2', need: 'missing' },
  overlay: { command: 'grep -qw overlay /proc/filesystems || modprobe -q overlay', need: 'missing' },
  nftables: { command: 'nft list ruleset || iptables-nft -w -S', need: 'missing' },
  vxlan: { command: 'ip link add mp3 type vxlan id 42 dstport 4789 dev lo', need: 'warn' },
  netem: { command: 'tc qdisc add dev lo root netem delay 1ms', need: 'warn' },
} as const;

type Feature = keyof typeof features;
const names = Object.keys(features) as Feature[];

/** What works; undefined where it cannot be tried: not Linux, not root, or no `unshare`. */
export type KernelFacts = Partial<Record<Feature, boolean>> | undefined;

export const kernelCheck: Check<KernelFacts> = {
  id: 'kernel',
  title: 'kernel features',
  probe: async (host) => {
    if (host.engine.platform !== 'linux' || !isRoot(host)) return undefined;
    const PATH = `${host.engine.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    const tries = names.map((name) => `(${features[name].command}) >/dev/null 2>&1 && echo ${name}`);
    // The namespace is gone when the shell ends, and all that was made in it.
    const script = ['ip link set lo up', ...tries, 'echo done'].join('\n');
    const reply = await host.engine.run('unshare', ['--net', 'sh', '-c', script], {
      env: { PATH },
      timeout: 30_000,
    });
    const lines = reply.stdout.split('\n');
    if (!lines.includes('done')) return undefined;
    return Object.fromEntries(names.map((name) => [name, lines.includes(name)]));
  },
  judge: (facts) => {
    if (!facts) return { level: 'ok', found: 'not tried: that needs root on Linux' };
    const lacking = names.filter((name) => facts[name] !== true);
    if (lacking.length === 0) return { level: 'ok', found: names.join(', ') };
    const level = lacking.some((name) => features[name].need === 'missing') ? 'missing' : 'warn';
    const consequence = lacking.includes('netem')
      ? '; latency faults use a relay, packet loss cannot be injected'
      : '';
    const modules = lacking.map((name) => moduleNames[name]).join(' ');
    return { level, found: `no ${lacking.join(', ')}${consequence}`, remedy: `sudo modprobe -a ${modules}` };
  },
};

const moduleNames: Record<Feature, string> = {
  bridge: 'bridge',
  veth: 'veth',
  overlay: 'overlay',
  nftables: 'nf_tables',
  vxlan: 'vxlan',
  netem: 'sch_netem',
};
