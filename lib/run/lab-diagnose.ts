import { diagnose } from '../diagnose/diagnose.ts';
import type { Diagnosis, DiagnosisQuestion } from '../model/diagnosis.ts';
import type { Backend } from './backend.ts';

/** Diagnoses a lab through its backend; DNS answers are the caller's own, asked for by its agent. */
export function diagnoseLab(
  backend: Pick<Backend, 'lab' | 'driver' | 'kube' | 'onNode' | 'agent'>,
  question: DiagnosisQuestion,
): Promise<Diagnosis> {
  const { lab, driver } = backend;
  return diagnose(
    {
      lab,
      driver,
      kube: (cluster) => backend.kube(cluster),
      onNode: (...command) => backend.onNode(...command),
      resolve: async (from, name) => {
        const agent = await backend.agent(from);
        const recording = await agent.call({ protocol: 'dns-udp', name, type: 'A' });
        const [answer] = recording.observations;
        return { answers: answer?.answers ?? [], outcome: answer?.outcome ?? 'no answer' };
      },
    },
    question,
  );
}
