import type { ServiceView } from '../model/service.ts';
import type { Observation, OutcomeClass } from '../model/observation.ts';

/** Record types that the cluster DNS serves for services. */
export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR';

/** What a resolver must say to one question. */
export interface ExpectedAnswer {
  /** Absolute name with its final dot, or the address of a PTR question. */
  name: string;
  type: RecordType;
  /** `wrong-target` is how an agent reports NOERROR without data: the name is there, a record of the type is not. */
  outcome: Extract<OutcomeClass, 'ok' | 'dns-nxdomain' | 'wrong-target'>;
  /** In {@link answersOf}'s form, sorted. */
  answers: string[];
  /** Further answers are right, too: an address may have several names. */
  atLeast?: true;
}

/** A domain that no cluster serves under another name (kubeadm's and EKS's default). */
const ZONE = 'svc.cluster.local';

/**
 * The records that a Service must have, by the Kubernetes DNS specification (1.1.0): A and AAAA by the families of its
 * addresses (none of a family: NODATA, never NXDOMAIN, or a client that asks for both gives up), SRV for each named
 * port and none else, PTR for each cluster IP; of a headless service the endpoints' addresses, and a name for each.
 */
export function recordsOf(service: ServiceView): ExpectedAnswer[] {
  const host = `${service.name}.${service.namespace}.${ZONE}.`;
  const headless = service.clusterIps.length === 0;
  const addresses = headless ? service.endpoints.map(({ address }) => address) : service.clusterIps;
  const [port] = service.ports;
  // DNS specification §2.4.1: without a ready endpoint a headless service has no name at all.
  if (addresses.length === 0) return [unknown(host, 'A'), unknown(host, 'AAAA')];
  return [
    ...addressRecords(host, addresses),
    ...service.ports.filter(({ name }) => name !== '').map((each) => portRecord(service, host, each)),
    ...(port ? [unknown(`_nobody._${port.protocol.toLowerCase()}.${host}`, 'SRV')] : []),
    ...(headless
      ? service.endpoints.flatMap((endpoint) => endpointRecords(host, endpoint))
      : service.clusterIps.map((ip) => found(ip, 'PTR', [bare(host)]))),
  ];
}

/** A question for a name that nobody has. */
export function unknown(name: string, type: RecordType): ExpectedAnswer {
  return { name, type, outcome: 'dns-nxdomain', answers: [] };
}

function addressRecords(name: string, addresses: readonly string[]): ExpectedAnswer[] {
  return (['A', 'AAAA'] as const).map((type) => {
    const ofFamily = addresses.filter((address) => address.includes(':') === (type === 'AAAA'));
    return ofFamily.length > 0
      ? found(name, type, ofFamily)
      : { name, type, outcome: 'wrong-target', answers: [] };
  });
}

function portRecord(
  service: ServiceView,
  host: string,
  { name, protocol, port }: ServiceView['ports'][number],
): ExpectedAnswer {
  const targets =
    service.clusterIps.length > 0 ? [host] : service.endpoints.map((endpoint) => nameOf(endpoint, host));
  const answers = targets.map((target) => `${port} ${bare(target)}`);
  return found(`_${name}._${protocol.toLowerCase()}.${host}`, 'SRV', answers);
}

function endpointRecords(host: string, endpoint: ServiceView['endpoints'][number]): ExpectedAnswer[] {
  if (endpoint.hostname === undefined) return [];
  const name = nameOf(endpoint, host);
  return [
    ...addressRecords(name, [endpoint.address]),
    { ...found(endpoint.address, 'PTR', [bare(name)]), atLeast: true },
  ];
}

/** An endpoint without a host name of its own is named after its address. */
function nameOf({ address, hostname }: ServiceView['endpoints'][number], host: string): string {
  return `${hostname ?? address.replaceAll(/[.:]/g, '-')}.${host}`;
}

function found(name: string, type: RecordType, answers: readonly string[]): ExpectedAnswer {
  return { name, type, outcome: 'ok', answers: [...new Set(answers)].sort() };
}

function bare(name: string): string {
  return name.replace(/\.$/, '');
}

/** Answers in an order of their own, without final dots, and SRV data without priority and weight. */
export function answersOf({ answers = [] }: Pick<Observation, 'answers'>, type: RecordType): string[] {
  const plain = answers.map((text) => bare(type === 'SRV' ? text.replace(/^\d+ \d+ /, '') : text));
  return [...new Set(plain)].sort();
}

/** How an answer differs from the expected one, in words; undefined when it is right. */
export function differenceFrom(
  expected: ExpectedAnswer,
  observation: Pick<Observation, 'outcome' | 'answers' | 'detail'>,
): string | undefined {
  const answers = answersOf(observation, expected.type);
  const enough = expected.atLeast
    ? expected.answers.every((each) => answers.includes(each))
    : answers.join() === expected.answers.join();
  if (observation.outcome === expected.outcome && enough) return undefined;
  const seen = observation.outcome === 'ok' ? list(answers) : wordsOf(observation);
  const wanted = expected.outcome === 'ok' ? list(expected.answers) : wordsOf(expected);
  return `${expected.type} ${expected.name} is ${seen} instead of ${wanted}`;
}

function wordsOf({ outcome, detail }: { outcome: OutcomeClass; detail?: string }): string {
  if (outcome === 'wrong-target') return 'NODATA';
  if (outcome === 'dns-nxdomain') return 'NXDOMAIN';
  return detail === undefined ? outcome : `${outcome} (${detail})`;
}

/** A long list by its ends: a hundred addresses help nobody. */
function list(answers: readonly string[]): string {
  if (answers.length <= 6) return answers.join(', ') || 'nothing';
  return `${answers.slice(0, 2).join(', ')} … ${answers.at(-1)} (${answers.length})`;
}
