/** A statement of an IAM policy as it is written: lists of one may be bare strings. */
export interface IamStatement {
  Sid?: string;
  Effect?: string;
  Principal?: string | Record<string, string | string[]>;
  NotPrincipal?: string | Record<string, string | string[]>;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface IamDocument {
  Statement?: IamStatement | IamStatement[];
}

export interface IamPolicy {
  /** Name of an inline policy, ARN of an attached one. */
  name: string;
  /** Written and kept by AWS: nobody here can narrow it. */
  byAws: boolean;
  document: IamDocument;
}

export interface IamRole {
  arn: string;
  name: string;
  trust: IamDocument;
  policies: IamPolicy[];
}

/** Who a service account of a cluster is to AWS. */
export interface IamSubject {
  cluster: string;
  namespace: string;
  serviceAccount: string;
  via: 'irsa' | 'pod-identity';
  /** Where that was read. */
  known: 'annotation' | 'association' | 'trust policy';
  /** ARN. */
  role: string;
}

/** What identities of a cluster hang on. */
export interface IamCluster {
  cluster: string;
  /** Name on EKS. */
  eksName: string;
  /** Twelve digits. */
  account: string;
  region: string;
  /** Issuer of service account tokens without `https://`; none where the cluster has none. */
  issuer?: string;
  /** Audiences of the identity provider that IAM has for that issuer; undefined when it has none. */
  audiences?: string[];
}

/** All that decides which AWS rights the service accounts of an environment have. */
export interface IamSnapshot {
  clusters: IamCluster[];
  subjects: IamSubject[];
  roles: IamRole[];
}

/** What a pod under a service account was told by sts:GetCallerIdentity. */
export interface IamProof {
  cluster: string;
  namespace: string;
  serviceAccount: string;
  /** `arn`: of the session that it got; `refused`: why it got none, in AWS's words; `missing`: it was given no credentials to ask with. */
  answer: { arn: string } | { refused: string } | { missing: true };
}
