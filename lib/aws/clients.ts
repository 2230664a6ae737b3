import { matchesGlob } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FisClient } from '@aws-sdk/client-fis';
import { IAMClient } from '@aws-sdk/client-iam';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { Route53Client } from '@aws-sdk/client-route-53';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { AwsPlace } from '../model/aws.ts';
import { readDenyList } from '../support/deny.ts';
import { MeshproofError } from '../support/errors.ts';
import { signInError } from './errors.ts';
import { type Plugin, recording } from './recording.ts';

/** Requests for one call, the first included; the SDK waits longer and longer between them. */
const MAX_ATTEMPTS = 8;

/** Credentials of a role are asked for anew when they have less than this left. */
const RENEW_BEFORE_MS = 300_000;

/** Who the credentials of a place belong to. */
export interface CallerIdentity {
  account: string;
  arn: string;
}

/** Clients of one region of one account. Each is made when it is first asked for. */
export interface AwsClients {
  place: AwsPlace;
  ec2: EC2Client;
  cloudformation: CloudFormationClient;
  eks: EKSClient;
  route53: Route53Client;
  iam: IAMClient;
  sts: STSClient;
  scheduler: SchedulerClient;
  logs: CloudWatchLogsClient;
  tagging: ResourceGroupsTaggingAPIClient;
  quotas: ServiceQuotasClient;
  fis: FisClient;
  balancing: ElasticLoadBalancingV2Client;
  /**
   * Asked of STS once for each account and process. A `usage` error when the account is on a deny list, or is not the
   * one that the environment file names; an `environment` error when nobody can sign in.
   */
  identity(): Promise<CallerIdentity>;
}

const cache = new Map<string, AwsClients>();
const identities = new Map<string, Promise<CallerIdentity>>();

/**
 * The clients of a place, the same ones each time. No call of theirs reaches AWS before {@link AwsClients.identity} has
 * been answered and found allowed. Retries are adaptive (the SDK slows down when it is throttled), each call is recorded
 * (calls.ts), and the endpoint is changed by the SDK's own AWS_ENDPOINT_URL only.
 */
export function awsClients(place: AwsPlace): AwsClients {
  const endpoint = process.env['AWS_ENDPOINT_URL'] ?? '';
  const key = JSON.stringify([endpoint, place]);
  const known = cache.get(key);
  if (known) return known;
  // The account is the same in every region: one question is enough.
  const made = makeClients(place, JSON.stringify([endpoint, place.account]));
  cache.set(key, made);
  return made;
}

function makeClients(place: AwsPlace, asked: string): AwsClients {
  const { account, region } = place;
  refuseRegion(region);
  const record = recording({ region, account: account.name });
  const { role } = account;
  const settings = {
    region,
    retryMode: 'adaptive',
    maxAttempts: MAX_ATTEMPTS,
    ...(role === undefined ? {} : { credentials: roleCredentials(asked, role, region, record) }),
  } as const;
  const who = `the credentials of ${role ?? 'this shell'}`;
  const identity = () => {
    const known = identities.get(asked) ?? identify(sts(), place, who);
    identities.set(asked, known);
    return known;
  };
  const allowed: Plugin = {
    applyToStack: (stack) =>
      stack.add((next) => async (args) => (await identity(), next(args)), {
        step: 'initialize',
        name: 'meshproofAllowed',
        priority: 'high',
      }),
  };
  const lazy = <T extends object>(make: () => T, { checked = true } = {}) => {
    let client: T | undefined;
    return () => {
      if (client) return client;
      client = make();
      const { middlewareStack } = client as Extensible;
      middlewareStack.use(record);
      if (checked) middlewareStack.use(allowed);
      return client;
    };
  };
  const sts = lazy(() => new STSClient(settings), { checked: false });
  const made = {
    ec2: lazy(() => new EC2Client(settings)),
    cloudformation: lazy(() => new CloudFormationClient(settings)),
    eks: lazy(() => new EKSClient(settings)),
    route53: lazy(() => new Route53Client(settings)),
    iam: lazy(() => new IAMClient(settings)),
    scheduler: lazy(() => new SchedulerClient(settings)),
    logs: lazy(() => new CloudWatchLogsClient(settings)),
    tagging: lazy(() => new ResourceGroupsTaggingAPIClient(settings)),
    quotas: lazy(() => new ServiceQuotasClient(settings)),
    fis: lazy(() => new FisClient(settings)),
    balancing: lazy(() => new ElasticLoadBalancingV2Client(settings)),
    sts,
  };
  const clients = { place, identity };
  for (const [name, get] of Object.entries(made))
    Object.defineProperty(clients, name, { get, enumerable: true });
  return clients as AwsClients;
}

type Credentials = Awaited<ReturnType<ReturnType<typeof fromTemporaryCredentials>>>;

const signedIn = new Map<string, () => Promise<Credentials>>();

/** The role of an account, assumed once for all its clients, and again when its time is nearly over. */
function roleCredentials(asked: string, role: string, region: string, record: Plugin) {
  const known = signedIn.get(asked);
  if (known) return known;
  const assume = fromTemporaryCredentials({
    params: { RoleArn: role, RoleSessionName: 'meshproof' },
    clientConfig: { region },
    clientPlugins: [record as never],
  });
  let held: Credentials | undefined;
  let asking: Promise<Credentials> | undefined;
  const provider = async () => {
    const left = (held?.expiration?.getTime() ?? 0) - Date.now();
    if (held && left > RENEW_BEFORE_MS) return held;
    asking ??= assume().finally(() => {
      asking = undefined;
    });
    held = await asking;
    return held;
  };
  signedIn.set(asked, provider);
  return provider;
}

interface Extensible {
  middlewareStack: { use(plugin: unknown): void };
}

async function identify(sts: STSClient, { account }: AwsPlace, who: string): Promise<CallerIdentity> {
  const answer = await sts.send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
    throw signInError(error, who) ?? error;
  });
  const id = answer.Account ?? '';
  const denied = [...account.deny, ...readDenyList().accounts].find((pattern) => matchesGlob(id, pattern));
  if (denied !== undefined)
    throw new MeshproofError('usage', `the AWS account ${id} is on the deny list (${denied})`, {
      nextStep: 'use other credentials (AWS_PROFILE), or ask whoever keeps the list',
    });
  if (account.id !== undefined && account.id !== id)
    throw new MeshproofError(
      'usage',
      `${who} belong to the AWS account ${id}, and ${account.name} is ${account.id}`,
      {
        nextStep: 'use other credentials (AWS_PROFILE), or correct provider.eks.accounts',
      },
    );
  return { account: id, arn: answer.Arn ?? '' };
}

function refuseRegion(region: string): void {
  const denied = readDenyList().regions.find((pattern) => matchesGlob(region, pattern));
  if (denied === undefined) return;
  throw new MeshproofError('usage', `the AWS region ${region} is on the deny list (${denied})`, {
    nextStep: 'use another region, or ask whoever keeps the list (meshproof/deny.yaml)',
  });
}
