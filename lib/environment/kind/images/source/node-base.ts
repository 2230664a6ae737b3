import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Docker } from '../docker.ts';
import { type Pins, kindNodeDir } from '../pins.ts';
import { contentHash } from '../stage.ts';
import type { Stage, StageWork } from '../stage.ts';
import { imageStage } from './images.ts';
import type { Tree } from './tree.ts';

/** Units that run in a node; everything else that Debian starts by default is taken out, as kind's base does. */
const enabledUnits = ['containerd', 'kubelet', 'undo-mount-hacks', 'meshproof-routes'];

/** What a node does not need of the Debian system; its /var is copied for every node that starts. */
const nodeExcludes: readonly string[] = [
  './var/cache/*',
  './var/lib/apt/lists/*',
  './var/log/*',
  './usr/share/doc',
  './usr/share/man',
  './usr/share/info',
  './usr/share/locale',
  './usr/share/lintian',
  './dev/*',
  './proc/*',
  './sys/*',
];

/** The node image without any images inside: what kind's base image and node build make of Debian and binaries. */
export function nodeBaseImage(docker: Docker, pins: Pins): Stage {
  const files = readdirSync(join(kindNodeDir, 'node')).sort();
  return imageStage(docker, {
    name: 'node-base',
    needs: ['rootfs', 'go-kind', 'go-containerd', 'go-cni', 'go-kubernetes'],
    config: [
      'ENV container=docker',
      // systemd exits on SIGRTMIN+3; SIGTERM makes it execute itself again.
      'STOPSIGNAL SIGRTMIN+3',
      'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]',
    ],
    exclude: nodeExcludes,
    revision: 2,
    inputs: contentHash(files.map((name) => [name, readFileSync(join(kindNodeDir, 'node', name), 'utf8')])),
    fill: async (tree, work) => {
      await work.exec('cp', ['-a', `${join(work.output('rootfs'), 'rootfs')}/.`, tree.root]);
      await addKindFiles(tree, work);
      addPrograms(tree, work, pins);
      addOwnFiles(tree);
      await addContainerSpec(tree, work);
      quietSystemd(tree);
    },
  });
}

/** kind's own files, read from its module when building. */
async function addKindFiles(tree: Tree, work: StageWork): Promise<void> {
  const base = join(work.output('go-kind'), 'files/base');
  await work.exec('cp', ['-r', '--no-preserve=mode,ownership', `${base}/.`, tree.root]);
  const scripts = ['usr/local/bin', 'kind/bin'].map((folder) => join(tree.root, folder));
  for (const folder of scripts) await work.exec('chmod', ['-R', '0755', folder]);
  rmSync(join(tree.root, 'LICENSES'), { recursive: true, force: true });
}

function addPrograms(tree: Tree, work: StageWork, pins: Pins): void {
  for (const program of ['kubelet', 'kubeadm', 'kubectl']) {
    tree.copy(`/usr/bin/${program}`, join(work.output('go-kubernetes'), 'bin', program));
  }
  for (const program of ['containerd', 'containerd-shim-runc-v2', 'ctr']) {
    tree.copy(`/usr/local/bin/${program}`, join(work.output('go-containerd'), 'bin', program));
  }
  const cni = join(work.output('go-cni'), 'bin');
  for (const plugin of readdirSync(cni)) tree.copy(`/opt/cni/bin/${plugin}`, join(cni, plugin));
  tree.file('/kind/version', pins.modules.kubernetes.version);
  // kind applies this manifest; the provisioner that it usually holds has no module to build from.
  tree.file('/kind/manifests/default-storage.yaml', storageClass);
  mkdirSync(join(tree.root, 'etc/kubernetes/manifests'), { recursive: true });
}

/** A default storage class that provisions nothing: claims stay pending instead of being refused. */
const storageClass = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: kubernetes.io/no-provisioner
volumeBindingMode: WaitForFirstConsumer
`;

function addOwnFiles(tree: Tree): void {
  const from = join(kindNodeDir, 'node');
  for (const name of readdirSync(from)) {
    const unit = name.endsWith('.service');
    const to = unit ? `/etc/systemd/system/${name}` : `/opt/meshproof/bin/${name}`;
    tree.copy(to, join(from, name), unit ? 0o644 : 0o755);
  }
}

/** The container specification that kind hooks into: every container sees the node's product name. */
async function addContainerSpec(tree: Tree, work: StageWork): Promise<void> {
  const { stdout } = await work.exec(join(work.output('go-containerd'), 'bin', 'ctr'), ['oci', 'spec']);
  const spec = JSON.parse(stdout) as { hooks?: Record<string, unknown>; process: { rlimits?: unknown } };
  spec.hooks = { createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] };
  delete spec.process.rlimits;
  tree.file('/etc/containerd/cri-base.json', JSON.stringify(spec));
}

function quietSystemd(tree: Tree): void {
  const system = join(tree.root, 'lib/systemd/system');
  for (const folder of ['multi-user.target.wants', 'local-fs.target.wants', 'basic.target.wants']) {
    emptyFolder(join(system, folder));
  }
  rmSync(join(system, 'sysinit.target.wants/systemd-tmpfiles-setup.service'), { force: true });
  emptyFolder(join(system, 'sockets.target.wants'), /udev|initctl/);
  const etc = join(tree.root, 'etc/systemd/system');
  for (const folder of readdirSync(etc)) if (folder.endsWith('.wants')) emptyFolder(join(etc, folder));
  for (const unit of enabledUnits) {
    const target = `/etc/systemd/system/${unit}.service`;
    tree.link(`/etc/systemd/system/multi-user.target.wants/${unit}.service`, target);
  }
  // It would register handlers with the kernel that all nodes and the host share.
  tree.link('/etc/systemd/system/systemd-binfmt.service', '/dev/null');
  tree.file('/etc/systemd/journald.conf.d/kind.conf', '[Journal]\nReadKMsg=no\n');
  // All nodes share one machine: a Go program that may use every core wakes a thread on each for the least of its work.
  tree.file('/etc/systemd/system.conf.d/one-core.conf', '[Manager]\nDefaultEnvironment=GOMAXPROCS=1\n');
  tree.file('/etc/resolv.conf', '');
  tree.file('/etc/hostname', '');
}

function emptyFolder(folder: string, only = /./): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (only.test(name)) rmSync(join(folder, name), { recursive: true });
}
