import type { CallTarget } from '../../../model/call-plan.ts';
import { createResolver } from '../dns/resolver.ts';
import { dnsCaller } from './dns.ts';
import { grpcCaller } from './grpc.ts';
import { http2Caller } from './http2.ts';
import { httpCaller } from './http.ts';
import type { CallResult } from './outcome.ts';
import { plaintextCaller, tcpCaller, tcpConnectCaller } from './tcp.ts';
import { tlsCaller } from './tls.ts';
import { udpCaller } from './udp.ts';
import { webSocketCaller } from './websocket.ts';

/** Sends calls to one target. */
export interface Call {
  /** One call; never rejects, and has given up its socket by `deadlineAt` (the agent's clock). */
  send(deadlineAt: number): Promise<CallResult>;
  /** Gives up what is kept between calls. */
  close(): void;
}

/** What sends the calls of a target's protocol. Reads resolv.conf and the hosts file once, now. */
export function openCaller(target: CallTarget): Call {
  const resolver = createResolver();
  switch (target.protocol) {
    case 'http':
      return httpCaller(target, resolver);
    case 'http2':
      return http2Caller(target, resolver);
    case 'grpc':
      return grpcCaller(target, resolver);
    case 'websocket':
      return webSocketCaller(target, resolver);
    case 'udp':
      return udpCaller(target, resolver);
    case 'tcp':
      return tcpCaller(target, resolver);
    case 'tcp-connect':
      return tcpConnectCaller(target, resolver);
    case 'tls':
      return tlsCaller(target, resolver);
    case 'plaintext':
      return plaintextCaller(target, resolver);
    case 'dns-udp':
    case 'dns-tcp':
      return dnsCaller(target, resolver);
  }
}
