import { expect, test } from '@playwright/test';
import { GUEST, guestSpec } from './guest-spec.ts';

const cluster = (name: string, podCidr: string, serviceCidr: string) => ({ name, podCidr, serviceCidr });

test('a guest has ranges of its own', () => {
  const taken = [
    cluster('east', '10.10.0.0/16', '10.110.0.0/16'),
    cluster('west', '10.191.0.0/16', '10.192.0.0/15'),
  ];
  expect(guestSpec(taken)).toMatchObject({
    name: GUEST,
    podCidr: '10.194.0.0/16',
    serviceCidr: '10.195.0.0/16',
  });
});

test('a cluster of the user that is called like a guest is never taken for one', () => {
  expect(() => guestSpec([cluster(GUEST, '10.10.0.0/16', '10.110.0.0/16')])).toThrow(
    /of the name guest already/,
  );
});

test('an environment that fills all ranges can take no guest', () => {
  expect(() => guestSpec([cluster('east', '10.0.0.0/8', '172.16.0.0/12')])).toThrow(/no two ranges/);
});
