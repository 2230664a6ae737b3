import type { Defect } from '../lib/prove/defect.ts';
import { connectivityBodyLimit } from './connectivity-body-limit.ts';
import { connectivityIdleLimit } from './connectivity-idle-limit.ts';
import { connectivityLeftoverAbort } from './connectivity-leftover-abort.ts';
import { connectivityMtuBlackHole } from './connectivity-mtu-black-hole.ts';
import { connectivityNoUpgrade } from './connectivity-no-upgrade.ts';
import { connectivityServiceRange } from './connectivity-service-range.ts';
import { discoveryClusterLocalLeaks } from './discovery-cluster-local-leaks.ts';
import { discoveryExportGone } from './discovery-export-gone.ts';
import { discoveryExportStuck } from './discovery-export-stuck.ts';
import { discoveryLeftoverSlice } from './discovery-leftover-slice.ts';
import { discoveryRemoteSecretGone } from './discovery-remote-secret-gone.ts';
import { discoveryStrangerSelected } from './discovery-stranger-selected.ts';
import { dnsAaaaServfail } from './dns-aaaa-servfail.ts';
import { dnsAllAtOnce } from './dns-all-at-once.ts';
import { dnsDeadEndpoint } from './dns-dead-endpoint.ts';
import { dnsGhostEntry } from './dns-ghost-entry.ts';
import { dnsNxdomainKept } from './dns-nxdomain-kept.ts';
import { dnsOddResolver } from './dns-odd-resolver.ts';
import { dnsRewrite } from './dns-rewrite.ts';
import { dnsTcpBlocked } from './dns-tcp-blocked.ts';
import { dnsTtlHour } from './dns-ttl-hour.ts';
import { invariantsLeaderLost } from './invariants-leader-lost.ts';
import { invariantsPanic } from './invariants-panic.ts';
import { invariantsProxyCutOff } from './invariants-proxy-cut-off.ts';
import { invariantsProxyRestarted } from './invariants-proxy-restarted.ts';
import { invariantsXdsRejected } from './invariants-xds-rejected.ts';
import { joinFirewall } from './join-firewall.ts';
import { joinOneWay } from './join-one-way.ts';
import { leaveNotForgotten } from './leave-not-forgotten.ts';
import { localityNoOutlierDetection } from './locality-no-outlier-detection.ts';
import { localitySplitOffByFive } from './locality-split-off-by-five.ts';
import { localityZoneLabel } from './locality-zone-label.ts';
import { mtlsClearRule } from './mtls-clear-rule.ts';
import { mtlsExcludedPort } from './mtls-excluded-port.ts';
import { mtlsExpiringRoot } from './mtls-expiring-root.ts';
import { mtlsForeignRootTrusted } from './mtls-foreign-root-trusted.ts';
import { mtlsGatewayHttp } from './mtls-gateway-http.ts';
import { mtlsLevelsLost } from './mtls-levels-lost.ts';
import { mtlsOldTls } from './mtls-old-tls.ts';
import { mtlsOpenMesh } from './mtls-open-mesh.ts';
import { mtlsOpenNamespace } from './mtls-open-namespace.ts';
import { mtlsOpenPort } from './mtls-open-port.ts';
import { mtlsWrongAccount } from './mtls-wrong-account.ts';
import { observabilityAccessLogOff } from './observability-access-log-off.ts';
import { observabilityDoubledCalls } from './observability-doubled-calls.ts';
import { observabilityGoldenLabelLost } from './observability-golden-label-lost.ts';
import { observabilityServedTwice } from './observability-served-twice.ts';
import { observabilityServerMetricsOff } from './observability-server-metrics-off.ts';
import { observabilityTraceStripped } from './observability-trace-stripped.ts';
import { policyAllowAll } from './policy-allow-all.ts';
import { policyLatePushes } from './policy-late-pushes.ts';
import { policyMethodInLowerCase } from './policy-method-in-lower-case.ts';
import { policyMissingInOneCluster } from './policy-missing-in-one-cluster.ts';
import { policyWrongTrustDomain } from './policy-wrong-trust-domain.ts';
import { rotationDeafProxy } from './rotation-deaf-proxy.ts';
import { rotationForeignSigner } from './rotation-foreign-signer.ts';
import { rotationRenewalBlocked } from './rotation-renewal-blocked.ts';

/** Every defect that `meshproof prove` plants, in the order in which it does by default. */
export const DEFECTS: readonly Defect[] = [
  connectivityBodyLimit,
  connectivityIdleLimit,
  connectivityLeftoverAbort,
  connectivityMtuBlackHole,
  connectivityNoUpgrade,
  connectivityServiceRange,
  discoveryClusterLocalLeaks,
  discoveryExportGone,
  discoveryExportStuck,
  discoveryLeftoverSlice,
  discoveryRemoteSecretGone,
  discoveryStrangerSelected,
  joinFirewall,
  joinOneWay,
  leaveNotForgotten,
  dnsAaaaServfail,
  dnsAllAtOnce,
  dnsDeadEndpoint,
  dnsGhostEntry,
  dnsNxdomainKept,
  dnsOddResolver,
  dnsRewrite,
  dnsTcpBlocked,
  dnsTtlHour,
  mtlsClearRule,
  mtlsExcludedPort,
  mtlsExpiringRoot,
  mtlsForeignRootTrusted,
  mtlsGatewayHttp,
  mtlsLevelsLost,
  mtlsOldTls,
  mtlsOpenMesh,
  mtlsOpenNamespace,
  mtlsOpenPort,
  mtlsWrongAccount,
  rotationDeafProxy,
  rotationForeignSigner,
  rotationRenewalBlocked,
  policyAllowAll,
  policyLatePushes,
  policyMethodInLowerCase,
  policyMissingInOneCluster,
  policyWrongTrustDomain,
  localityNoOutlierDetection,
  localitySplitOffByFive,
  localityZoneLabel,
  observabilityAccessLogOff,
  observabilityDoubledCalls,
  observabilityGoldenLabelLost,
  observabilityServedTwice,
  observabilityServerMetricsOff,
  observabilityTraceStripped,
  invariantsLeaderLost,
  invariantsPanic,
  invariantsProxyCutOff,
  invariantsProxyRestarted,
  invariantsXdsRejected,
];
