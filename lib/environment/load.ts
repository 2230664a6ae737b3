import type {
  DnsBudget,
  Environment,
  Expectations,
  FailoverBudget,
  LatencyBudget,
  ProviderSettings,
} from '../model/environment.ts';
import type { Waiver } from '../model/invariants.ts';
import { checkYaml, readYamlText, type YamlPath } from '../support/yaml-file.ts';
import { cidrsOverlap } from './cidr.ts';
import { readPins } from './kind/images/pins.ts';
import { pathBudgetProblems, pathBudgets } from './path-budgets.ts';
import type { Problem } from './problem.ts';
import { eksProblems, eksSettings } from './eks/settings.ts';
import { inMs } from './latency-schema.ts';
import { type EnvironmentFile, environmentSchema } from './schema.ts';

/** Reads and checks an environment file. A bad one is a `usage` error with file, line and remedy. */
export function loadEnvironment(file: string): Environment {
  const nextStep = 'name an existing file with --environment, such as environments/kind-istio.yaml';
  return parseEnvironment(readYamlText(file, { what: 'environment file', nextStep }), file);
}

/** As {@link loadEnvironment}, from text. `file` is for messages. */
export function parseEnvironment(text: string, file: string): Environment {
  const published = 'environments/environment.schema.json';
  const { value, refuse } = checkYaml(text, { file, schema: environmentSchema, published });
  for (const { message, path, nextStep } of findProblems(value)) refuse(message, path, nextStep);
  return toModel(value, file);
}

/** What a schema cannot say: ranges of different clusters, the count of control planes. */
function findProblems(value: EnvironmentFile): Problem[] {
  const problems: Problem[] = pathBudgetProblems(value.budgets.latency.paths);
  const ranges: { path: YamlPath; range: string }[] = [];
  for (const [cluster, spec] of Object.entries(value.clusters)) {
    problems.push(...ofProvider(cluster, spec, value));
    for (const key of ['podCidr', 'serviceCidr'] as const)
      ranges.push({ path: ['clusters', cluster, key], range: spec[key] });
  }
  for (const [index, later] of ranges.entries()) {
    const earlier = ranges.slice(0, index).find((other) => cidrsOverlap(other.range, later.range));
    if (!earlier) continue;
    problems.push({
      message: `${later.path.join('.')}: ${later.range} overlaps ${earlier.range} of ${earlier.path.join('.')}`,
      path: later.path,
      nextStep: 'give every cluster pod and service ranges of its own',
    });
  }
  return problems;
}

function ofProvider(
  cluster: string,
  spec: EnvironmentFile['clusters'][string],
  value: EnvironmentFile,
): Problem[] {
  const { eks, kubeconfig } = value.provider;
  if (eks) return eksProblems(cluster, spec, eks);
  return kubeconfig ? existing(cluster, value) : nodesToMake(cluster, spec);
}

function nodesToMake(cluster: string, { nodes }: EnvironmentFile['clusters'][string]): Problem[] {
  const path = ['clusters', cluster, 'nodes'];
  const planes = nodes.filter(({ role }) => role === 'control-plane').length;
  if (planes !== 1)
    return [
      {
        message: `clusters.${cluster}.nodes: ${planes} nodes with role control-plane`,
        path,
        nextStep: 'give each cluster exactly one control-plane node',
      },
    ];
  if (nodes.length > 1) return [];
  return [
    { message: `clusters.${cluster}.nodes: no worker`, path, nextStep: 'give each cluster a worker or more' },
  ];
}

/** What is wrong with a cluster that is to exist already. */
function existing(cluster: string, { clusters, provider }: EnvironmentFile): Problem[] {
  const contexts = provider.kubeconfig?.contexts ?? {};
  const problems: Problem[] = [];
  if (clusters[cluster]?.nodes.length)
    problems.push({
      message: `clusters.${cluster}.nodes: the nodes of a cluster that exists are read from it`,
      path: ['clusters', cluster, 'nodes'],
      nextStep: 'remove the list; zones come from the label topology.kubernetes.io/zone',
    });
  if (contexts[cluster] === undefined)
    problems.push({
      message: `provider.kubeconfig.contexts.${cluster}: is missing`,
      path: ['provider', 'kubeconfig', 'contexts'],
      nextStep: 'give each cluster its context; kubectl config get-contexts lists them',
    });
  return problems;
}

function providerSettings({ kind, kubeconfig, eks }: EnvironmentFile['provider']): ProviderSettings {
  const { runtime, k6 } = readPins().registry;
  if (eks) return eksSettings(eks, { runtime, k6 });
  if (!kubeconfig) return { kind: 'kind', images: kind?.images ?? 'auto' };
  return { kind: 'kubeconfig', ...kubeconfig, images: { runtime, k6, ...kubeconfig.images } };
}

function toModel(value: EnvironmentFile, file: string): Environment {
  const { istio } = value.mesh;
  const { resilience } = istio;
  return {
    name: value.name,
    file,
    provider: providerSettings(value.provider),
    clusters: Object.entries(value.clusters).map(([name, cluster]) => ({ name, ...cluster })),
    mesh: {
      driver: 'istio',
      id: istio.id,
      trustDomain: istio.trustDomain,
      mtls: istio.mtls,
      mcs: istio.mcs,
      clusterLocal: istio.clusterLocal,
      accessLog: istio.accessLog,
      multiRoot: istio.multiRoot,
      workloadKeys: istio.workloadKeys,
      resilience: {
        tryTimeoutMs: inMs(resilience.tryTimeout),
        connectTimeoutMs: inMs(resilience.connectTimeout),
        retries: resilience.retries,
        localityFailover: resilience.localityFailover,
        outlierDetection: {
          consecutiveErrors: resilience.outlierDetection.consecutiveErrors,
          intervalMs: inMs(resilience.outlierDetection.interval),
          baseEjectionMs: inMs(resilience.outlierDetection.baseEjection),
          maxEjectionPercent: resilience.outlierDetection.maxEjectionPercent,
        },
      },
    },
    expect: expectations(value.expect),
    faults: value.faults,
    waivers: value.waivers.map(waiver),
    quarantine: value.quarantine,
    budgets: {
      latency: {
        inCluster: latencyBudget(value.budgets.latency.inCluster),
        crossCluster: latencyBudget(value.budgets.latency.crossCluster),
        paths: pathBudgets(value.budgets.latency.paths),
      },
      failover: {
        nodeKill: failoverBudget(value.budgets.failover.nodeKill),
        linkPartition: failoverBudget(value.budgets.failover.linkPartition),
      },
      propagationMs: inMs(value.budgets.propagation),
      observability: {
        metricsMs: inMs(value.budgets.observability.metrics),
        accessLogMs: inMs(value.budgets.observability.accessLog),
      },
      policyPropagationMs: inMs(value.budgets.policyPropagation),
      dns: dnsBudget(value.budgets.dns),
    },
  };
}

function expectations({ dns, clockOffset, certificates, ...rest }: EnvironmentFile['expect']): Expectations {
  const { leaf, authority } = certificates.minValidity;
  return {
    ...rest,
    dns: { maxTtlMs: inMs(dns.maxTtl) },
    clockOffsetMs: inMs(clockOffset),
    certificates: {
      minValidity: { leafMs: inMs(leaf), authorityMs: inMs(authority) },
      withdrawnRoot: certificates.withdrawnRoot,
    },
  };
}

function waiver({ owner, ...rest }: EnvironmentFile['waivers'][number]): Waiver {
  return owner === undefined ? rest : { ...rest, owner };
}

function dnsBudget({ p99, restart, failover }: EnvironmentFile['budgets']['dns']): DnsBudget {
  const { errorSeconds, longestGap } = restart;
  return {
    p99Ms: inMs(p99),
    restart: { errorSeconds, longestGapMs: inMs(longestGap) },
    ...(failover === undefined ? {} : { failoverMs: inMs(failover) }),
  };
}

function latencyBudget(budget: EnvironmentFile['budgets']['latency']['inCluster']): LatencyBudget {
  return {
    p50Ms: inMs(budget.p50),
    p95Ms: inMs(budget.p95),
    p99Ms: inMs(budget.p99),
    errorRatio: budget.errorRatio,
  };
}

function failoverBudget(budget: EnvironmentFile['budgets']['failover']['nodeKill']): FailoverBudget {
  return {
    detectMs: inMs(budget.detect),
    failoverMs: inMs(budget.failover),
    steadyMs: inMs(budget.steady),
    failbackMs: inMs(budget.failback),
    longestGapMs: inMs(budget.longestGap),
    errorSeconds: budget.errorSeconds,
  };
}
