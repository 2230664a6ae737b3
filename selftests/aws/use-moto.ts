import { test } from '@playwright/test';
import { MOTO_START_MS, type Moto, startMoto } from './moto.ts';

/** A server of the AWS API for all tests of a file, which the clients of this process call; gives it once tests run. */
export function useMoto(): () => Moto {
  let moto: Moto | undefined;
  test.beforeAll(async () => {
    test.setTimeout(MOTO_START_MS);
    moto = await startMoto();
    Object.assign(process.env, moto.env);
  });
  test.afterAll(() => moto?.stop());
  return () => {
    if (!moto) throw new Error('no test runs yet');
    return moto;
  };
}
