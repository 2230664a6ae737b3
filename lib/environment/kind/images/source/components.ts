import { join } from 'node:path';
import type { Docker } from '../docker.ts';
import type { Stage } from '../stage.ts';
import { goStageName } from './go.ts';
import { type ImageStage, imageStage } from './images.ts';
import { treeAt } from './tree.ts';

/**
 * What no container needs of a Debian system: documentation, package manager, init, and programs that only the
 * node uses. What stays (a shell, iptables, CA certificates, the C library) is the base of every workload image.
 */
const baseExcludes: readonly string[] = [
  './var/cache/*',
  './var/lib/apt/*',
  './var/lib/dpkg/*',
  './var/lib/systemd',
  './var/log/*',
  './usr/share/doc',
  './usr/share/man',
  './usr/share/info',
  './usr/share/locale',
  './usr/share/lintian',
  './usr/share/zoneinfo',
  './usr/share/bash-completion',
  './usr/share/perl*',
  './usr/lib/x86_64-linux-gnu/perl*',
  './usr/bin/perl*',
  './usr/lib/systemd',
  './usr/lib/apt',
  './usr/lib/udev',
  './usr/lib/x86_64-linux-gnu/systemd',
  './usr/lib/x86_64-linux-gnu/libapt*',
  './usr/bin/apt*',
  './usr/bin/dpkg*',
  './usr/bin/systemd*',
  './usr/bin/tcpdump',
  './usr/bin/catatonit',
  './usr/sbin/runc',
  './usr/sbin/init',
  './usr/sbin/udevadm',
  './dev/*',
  './proc/*',
  './sys/*',
  './etc/systemd',
];

/** The Kubernetes components that are a static program alone in an image. */
const staticComponents = {
  'kube-apiserver': 'kubernetes',
  'kube-controller-manager': 'kubernetes',
  'kube-scheduler': 'kubernetes',
} as const;

/** Images of the Kubernetes components, by the last part of the name that kubeadm gives them. */
export function componentImages(docker: Docker): Stage[] {
  const images: ImageStage[] = [
    {
      name: 'base',
      needs: ['rootfs'],
      config: [],
      exclude: baseExcludes,
      revision: 1,
      fill: (_tree, work) => treeAt(join(work.output('rootfs'), 'rootfs')),
    },
    {
      name: 'pause',
      needs: ['rootfs'],
      config: ['ENTRYPOINT ["/pause", "-P"]'],
      revision: 1,
      // Debian's catatonit is static and knows the pause container's job: reap, and wait for a signal.
      fill: (tree, work) => tree.copy('/pause', join(work.output('rootfs'), 'rootfs/usr/bin/catatonit')),
    },
    ...Object.entries(staticComponents).map(([program, module]) => staticImage(program, module)),
    staticImage('etcd', 'etcd', 'server'),
    {
      ...staticImage('coredns', 'coredns'),
      config: ['EXPOSE 53 53/udp', 'ENTRYPOINT ["/coredns"]'],
      fill: (tree, work) => tree.copy('/coredns', join(work.output('go-coredns'), 'bin', 'coredns')),
    },
    { ...staticImage('kube-proxy', 'kubernetes'), from: 'base' },
  ];
  return images.map((image) => imageStage(docker, image));
}

/** An image with one program in /usr/local/bin, which a pod calls by name. */
function staticImage(
  name: string,
  module: 'kubernetes' | 'etcd' | 'coredns',
  program: string = name,
): ImageStage {
  const stage = goStageName(module);
  return {
    name,
    needs: [stage],
    config: ['ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    revision: 1,
    fill: (tree, work) => tree.copy(`/usr/local/bin/${name}`, join(work.output(stage), 'bin', program)),
  };
}
