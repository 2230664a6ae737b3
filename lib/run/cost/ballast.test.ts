import { expect, test } from '@playwright/test';
import { BALLAST_NAMESPACE, ballast } from './ballast.ts';

test('ballast is a service like any other to a mesh, and leads nowhere', () => {
  const names = new Set<string>();
  for (let number = 0; number < 500; number += 1) {
    const [service, slice] = ballast(number) as unknown as {
      metadata: { name: string; namespace: string; labels: Record<string, string> };
      spec: object;
      endpoints: { addresses: string[] }[];
    }[];
    names.add(service?.metadata.name ?? '');
    expect(service?.metadata.namespace).toBe(BALLAST_NAMESPACE);
    // With a selector Kubernetes would look for pods, and take the endpoints away.
    expect(service?.spec).not.toHaveProperty('selector');
    expect(slice?.metadata.labels['kubernetes.io/service-name']).toBe(service?.metadata.name);
    const addresses = slice?.endpoints.flatMap((one) => one.addresses) ?? [];
    expect(new Set(addresses).size).toBe(2);
    for (const address of addresses)
      expect(address).toMatch(/^192\.0\.2\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/);
  }
  expect(names.size).toBe(500);
});
