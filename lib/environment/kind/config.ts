import { stringify } from 'yaml';
import type { ClusterSpec } from '../../model/environment.ts';

/** The label that kind puts on the containers of a cluster. */
export const KIND_CLUSTER_LABEL = 'io.x-k8s.kind.cluster';

/**
 * For the programs of a control plane. A Go program with a thread on every core wakes the others for the least of its work: with
 * two cores for six nodes that was a third of all context switches.
 */
const oneCore = { extraEnvs: [{ name: 'GOMAXPROCS', value: '1' }] };
const ON_ONE_CORE = {
  apiServer: oneCore,
  controllerManager: oneCore,
  scheduler: oneCore,
  etcd: { local: oneCore },
};

/** kind's name for a cluster; also the prefix of its nodes' names. */
export function kindClusterName(environment: string, cluster: string): string {
  return `${environment}-${cluster}`;
}

/** The engine's network that all clusters of an environment share. */
export function kindNetworkName(environment: string): string {
  return `meshproof-${environment}`;
}

export interface KindConfigOptions {
  image: string;
  /** Leaves the CNI to us (source images have no kindnet). */
  ownCni: boolean;
  /** All nodes of an environment share few cores: each program of a control plane uses one. */
  fewCores: boolean;
}

/** The kind configuration of one cluster, as YAML that a user can print and feed to kind by hand. */
export function kindConfig(cluster: ClusterSpec, options: KindConfigOptions): string {
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      apiServerAddress: '127.0.0.1',
      podSubnet: cluster.podCidr,
      serviceSubnet: cluster.serviceCidr,
      disableDefaultCNI: options.ownCni,
    },
    containerdConfigPatches: [
      // Engines without CAP_SYS_RESOURCE cannot lower oom_score_adj; elsewhere the setting does no harm.
      '[plugins."io.containerd.grpc.v1.cri"]\n  restrict_oom_score_adj = true\n',
      // From 2.2 on containerd reads the CPU time of every container each second: half a core for a hundred of them.
      '[plugins."io.containerd.cri.v1.runtime"]\n  stats_collect_period = "1m"\n',
    ],
    // Kubernetes refuses cgroup v1 unless told otherwise; on v2 the setting has no effect.
    kubeadmConfigPatches: [
      stringify({ kind: 'KubeletConfiguration', failCgroupV1: false }),
      ...(options.fewCores ? [stringify({ kind: 'ClusterConfiguration', ...ON_ONE_CORE })] : []),
    ],
    nodes: cluster.nodes.map((node) => ({
      role: node.role,
      image: options.image,
      labels: {
        'topology.kubernetes.io/region': cluster.region,
        'topology.kubernetes.io/zone': node.zone,
      },
    })),
  });
}
