/** What is read of a line of Istio's JSON access log (meshConfig.accessLogEncoding: JSON). */
export interface AccessLine {
  request_id?: string;
  path?: string;
  response_code?: number;
  /** `null` for a connection whose requests the proxy does not see. */
  protocol?: string | null;
  upstream_cluster?: string;
  upstream_host?: string;
  /** `address:port` that a caller connected to: of the service, at a caller's proxy. */
  downstream_local_address?: string | null;
  upstream_transport_failure_reason?: string | null;
  authority?: string;
  /** ISO 8601, milliseconds. */
  start_time?: string;
  /** Milliseconds. */
  duration?: number;
  /** Comma-separated; `-` for none. */
  response_flags?: string;
  response_code_details?: string | null;
}

/** A line of a proxy's log as an access log's; undefined for what else a proxy prints. */
export function readAccessLine(line: string): AccessLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as AccessLine;
  } catch {
    return undefined;
  }
}
