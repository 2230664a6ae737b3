/** A port that clusters of a mesh must reach in each other's networks; nothing else needs to be let through between them. */
export interface MeshPort {
  /** As the caller dials it. */
  port: number;
  protocol: 'tcp' | 'udp';
  /** What listens there: the mesh's gateways, on the cluster's nodes or a load balancer before them, or its API server. */
  at: 'gateway' | 'api-server';
  plane: 'data' | 'control';
  /** Where a load balancer passes the calls of that port on to, with the callers' own addresses. */
  nodePort?: number;
}
