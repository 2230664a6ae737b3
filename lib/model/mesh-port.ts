/** A port that must be open on the network for a mesh to work, and between which machines. */
export interface MeshPort {
  protocol: 'tcp' | 'udp';
  port: number;
  /** `between`: from each cluster to every other; `within`: in each cluster. */
  clusters: 'between' | 'within';
  from: 'nodes' | 'api-server';
  to: 'nodes' | 'api-server';
  /** What listens there, in words. */
  what: string;
}
