import { expect, test } from '@playwright/test';
import { meshDriver } from '../../lib/mesh/registry.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { runningProxies } from '../../lib/run/mesh-change.ts';

/** What every mesh driver promises, shown on a lab that is up. `lab` is asked for when the tests run. */
export function driverContract(name: string, labOf: () => Lab): void {
  test.describe(`the driver contract: ${name}`, () => {
    const context = () => {
      const lab = labOf();
      return { lab, driver: meshDriver(lab.environment), tool: async () => lab.tools.istioctl };
    };

    test('detects the version that runs', async () => {
      const { lab, driver } = context();
      for (const cluster of lab.clusters) expect(await driver.detect(cluster)).toContain(lab.mesh.version);
    });

    test('is ready in every cluster, connected to every cluster, without a problem', async () => {
      const { lab, driver, tool } = context();
      const names = lab.clusters.map((cluster) => cluster.name);
      for (const cluster of lab.clusters) {
        const status = await driver.status(cluster, { clusters: lab.clusters, tool });
        expect(status).toMatchObject({ cluster: cluster.name, ready: true, problems: [] });
        expect([...status.connectedTo].sort()).toEqual([...names].sort());
      }
    });

    test('all clusters trust the same root', async () => {
      const { lab, driver } = context();
      const roots = await Promise.all(lab.clusters.map((cluster) => driver.mtls.trustAnchor(cluster)));
      expect(new Set(roots).size).toBe(1);
      expect(roots[0]).toContain('BEGIN CERTIFICATE');
    });

    test('names an identity as SPIFFE does, in the trust domain of the environment', () => {
      const { lab, driver } = context();
      const identity = driver.mtls.identity(lab.environment, 'shop', 'cart');
      expect(identity).toMatch(new RegExp(`^spiffe://${lab.environment.mesh.trustDomain}/.*shop.*cart$`));
    });

    test('leads a handshake to an address of the other cluster', () => {
      const { lab, driver } = context();
      for (const cluster of lab.clusters) {
        const target = driver.mtls.handshake(cluster, { name: 'payments', namespace: 'shop', port: 8080 });
        expect(target).toMatchObject({ protocol: 'tls' });
        expect(cluster.nodes.map(({ address }) => address)).toContain(
          'host' in target ? target.host : undefined,
        );
      }
    });

    test('has something to say when something is wrong', async () => {
      const { lab, driver } = context();
      for (const cluster of lab.clusters) {
        const files = await driver.diagnose(cluster);
        expect(Object.keys(files).length).toBeGreaterThan(1);
      }
    });

    test('knows who leads its control plane', async () => {
      const { lab, driver } = context();
      test.skip(!driver.inspection, 'the driver says nothing about its state');
      for (const cluster of lab.clusters) {
        const leaders = (await driver.inspection?.leaders(cluster)) ?? [];
        expect(leaders.length).toBeGreaterThan(0);
        for (const { lease, holder, validUntil } of leaders) {
          expect(lease).toMatch(new RegExp(`^${driver.namespace}/`));
          expect(holder, lease).not.toBe('');
          expect(validUntil, lease).toBeGreaterThan(Date.now());
        }
      }
    });

    test('says of a cluster that nobody connected that it is not connected', async () => {
      const { lab, driver, tool } = context();
      const [first] = lab.clusters;
      if (!first) throw new Error('a lab without clusters');
      const stranger = { ...first, name: 'nobody' };
      const status = await driver.status(first, { clusters: [...lab.clusters, stranger], tool });
      expect(status.ready).toBe(false);
      expect(status.problems.join()).toContain('nobody');
    });

    test('reads the version of a proxy from the proxy itself, as it was installed', async () => {
      const { lab, driver } = context();
      const { upgrade } = driver;
      test.skip(!upgrade, 'the driver gives a mesh in use no other settings');
      for (const cluster of lab.clusters) {
        const proxies = await runningProxies(lab, cluster.name);
        const gateways = proxies.filter(({ namespace }) => namespace === upgrade?.gateways.namespace);
        expect(gateways.length, cluster.name).toBeGreaterThan(0);
        const installed = lab.images.versions['envoy'];
        for (const { version } of proxies) {
          expect(version).toMatch(/^\d+\.\d+\.\d+/);
          if (installed !== undefined) expect(version).toBe(installed);
        }
      }
    });

    test('refuses values that would be another installation, before anything is touched', () => {
      const { upgrade } = context().driver;
      test.skip(!upgrade, 'the driver gives a mesh in use no other settings');
      const foreign = { file: 'values.yaml', document: { apiVersion: 'v1', kind: 'ConfigMap' } };
      expect(() => upgrade?.checkValues(foreign)).toThrow(expect.objectContaining({ kind: 'usage' }));
    });
  });
}
