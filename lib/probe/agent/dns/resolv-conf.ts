import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { DnsServer } from './exchange.ts';

/** What decides how a name is looked up; defaults of resolv.conf(5). */
export interface ResolverSettings {
  servers: DnsServer[];
  search: string[];
  ndots: number;
  timeoutMs: number;
  attempts: number;
  hosts: Map<string, string>;
}

/** Reads resolv.conf and the hosts file; a file that is missing counts as empty. */
export function readSettings(files = { resolv: '/etc/resolv.conf', hosts: '/etc/hosts' }): ResolverSettings {
  const settings: ResolverSettings = {
    servers: [],
    search: [],
    ndots: 1,
    timeoutMs: 5000,
    attempts: 2,
    hosts: readHosts(files.hosts),
  };
  for (const [keyword, ...values] of lines(files.resolv)) {
    if (keyword === 'nameserver' && values[0]) settings.servers.push(parseServer(values[0]));
    if (keyword === 'search' || keyword === 'domain') settings.search = values;
    if (keyword === 'options') for (const option of values) applyOption(settings, option);
  }
  if (settings.servers.length === 0) settings.servers.push(parseServer('127.0.0.1'));
  return settings;
}

/** Reads `address`, `address:port` or `[address]:port`; throws a plain error for a name. */
export function parseServer(text: string): DnsServer {
  if (isIP(text)) return { address: text, port: 53 };
  const parts = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text);
  const address = parts?.[1] ?? parts?.[2] ?? '';
  if (!isIP(address)) throw new Error(`DNS server must be an address, with a port or without: ${text}`);
  return { address, port: Number(parts?.[3]) };
}

function applyOption(settings: ResolverSettings, option: string): void {
  const [name, value] = option.split(':');
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) return;
  if (name === 'ndots') settings.ndots = number;
  if (name === 'timeout' && number > 0) settings.timeoutMs = number * 1000;
  if (name === 'attempts' && number > 0) settings.attempts = number;
}

function readHosts(file: string): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const [address, ...names] of lines(file)) {
    // Of an address pair the IPv4 one wins, as Kubernetes writes both for localhost.
    for (const name of names)
      if (address && (!hosts.has(name) || isIP(address) === 4)) hosts.set(name, address);
  }
  return hosts;
}

function lines(file: string): string[][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const bare = text.split('\n').map((line) => line.replace(/[#;].*/, '').trim());
  return bare.filter((line) => line !== '').map((line) => line.split(/\s+/));
}
