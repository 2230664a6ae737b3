import type { AwsPlace } from './aws.ts';

/** A call of the AWS API as data: what Meshproof makes, and what a schedule of EventBridge makes with the same input. */
export interface AwsApiCall {
  /** As the SDK and the targets of schedules name it. */
  service: 'ec2' | 'route53' | 'fis';
  /** As the targets of schedules name it: `deleteNetworkAclEntry`. */
  action: string;
  input: Record<string, unknown>;
}

/** What a fault changes, or looks at to prove something. */
export interface AwsObject {
  kind:
    | 'network-acl'
    | 'security-group'
    | 'network-interface'
    | 'route-table'
    | 'transit-route-table'
    | 'health-check'
    | 'instance';
  id: string;
  place: AwsPlace;
}

/** One change of one object, and the call that takes it back. */
export interface AwsChange {
  object: AwsObject;
  /** Whose dead-man takes it back. */
  cluster: string;
  does: AwsApiCall;
  /** None where nothing takes it back: a node that is gone. */
  undoes?: AwsApiCall;
  /** Lines of the object's state that are there while it holds, and only then. */
  adds: string[];
  /** Lines that are there before and after, and not while it holds. */
  removes: string[];
}

/** Something that a fault needs, and that harms nobody by itself; Meshproof makes it and finds it by its tag; removed with the fault. */
export interface AwsOwn {
  kind: 'security-group' | 'network-interface' | 'experiment-template';
  place: AwsPlace;
  cluster: string;
  /** The calls that make it; the first gives its id, and its tags name the fault. */
  makes: AwsApiCall[];
  removes: AwsApiCall;
}

/** Stands in the input of a call, and in lines of state, for the id of {@link AwsHarm.own}. */
export const OWN = '$own';

/** What a fault on AWS changes, complete enough that another process can take it back. */
export interface AwsHarm {
  changes: AwsChange[];
  own?: AwsOwn;
  /** The state of each object that is changed, before it was: one line for each entry, rule, route or association. */
  before: { object: AwsObject; lines: string[] }[];
  /** The node group of an instance, which brings another for one that is gone. */
  group?: AwsNodeGroup;
  deadMan: AwsDeadMan;
  /** What it does not cut, or cuts beside its aim, in words. */
  remarks: string[];
}

/** The instances of a managed node group, by the tags that EKS gives them. */
export interface AwsNodeGroup {
  place: AwsPlace;
  tags: Readonly<Record<string, string>>;
  /** How many ran before the fault. */
  running: number;
}

/** What takes a fault on AWS back when Meshproof is gone. */
export interface AwsDeadMan {
  /** ISO time of the schedules, a whole minute; EventBridge calls within the minute that begins there. */
  at: string;
  /** By cluster: the role that the schedules act as, and the queue that gets what failed for good. */
  actors: Record<string, { role: string; queue?: string }>;
}
