const SCHEDULES = 'one-shot schedules of EventBridge in the region of the fault; they act within a minute';
/** What all faults have that are calls of the API of AWS. */
const ON_AWS = {
  effect: 'the API shows every change, entry by entry, at two looks',
  revert: 'what was changed is as before, line by line, and what was made is gone',
  deadMan: SCHEDULES,
};

/** Faults that only the API of AWS can carry out, for people. */
export const ONLY_ON_AWS = {
  'node-terminate': {
    does: 'EKS only: a node is gone for good, with its disks',
    mechanism: 'EC2 TerminateInstances',
    effect: 'its instance is terminated',
    revert: 'as many instances of its node group run as before: another one, nothing brings it back',
    deadMan: 'the node group, which brings another',
  },
  'route-black-hole': {
    ...ON_AWS,
    does: 'EKS only: what one VPC sends to another is routed to nobody',
    mechanism: 'more specific routes to a network interface that is attached to nothing',
  },
  'peering-route-removal': {
    ...ON_AWS,
    does: 'EKS only: the routes of one VPC over the peering to another are gone',
    mechanism: 'EC2 DeleteRoute',
  },
  'transit-gateway-disassociation': {
    ...ON_AWS,
    does: 'EKS only: the attachment of a cluster has no route table in its transit gateway',
    mechanism: 'EC2 DisassociateTransitGatewayRouteTable',
  },
  'health-check-inversion': {
    ...ON_AWS,
    does: 'EKS only: the health check of a cluster’s gateway says the opposite of what it finds',
    mechanism: 'Route 53 UpdateHealthCheck',
  },
};
