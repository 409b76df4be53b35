import { useCallback, useEffect, useMemo, useState } from 'react';
import { useClient, useQuery } from 'urql';

import { problemOf } from '../../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import { EconomicsPanel } from '../EconomicsPanel';
import { Part } from '../Part';
import type { StudyRow } from '../queries';

import { Gantt } from './Gantt';
import { JobFacts } from './JobFacts';
import { JobTable } from './JobTable';
import { PlanFigures } from './PlanFigures';
import { RestoredChart } from './RestoredChart';
import { RestorationQuery } from './queries';
import type { Plan, Step } from './queries';

/** As many as the API gives at once, and as many pages as a plan can have. */
const PAGE = 1000;
const MOST_PAGES = 20;

interface Props {
  study: StudyRow;
  runId: string;
  isReport?: boolean;
}

/** A plan of restoration: figures, jobs by crew, what is back when, and what the outage costs with it. */
export function RestorationResult({ study, runId, isReport = false }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RestorationQuery, variables: { id: study.studyId, first: PAGE, skip: 0 } });
  const plan = data?.decisionStudy?.restoration;
  if (plan == null) {
    if (error !== undefined && !fetching) return <ErrorState title="The plan could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    if (data !== undefined && !fetching) return <EmptyState title="The study has no result" />;
    return <LoadingState label="Loading the plan" minHeight={320} />;
  }
  return <Shown study={study} runId={runId} plan={plan} isReport={isReport} />;
}

function Shown({ study, runId, plan, isReport }: Required<Props> & { plan: Plan }) {
  const { steps, problem, retry } = useAllSteps(study.studyId, plan);
  const [sequence, setSequence] = useState<number | null>(null);
  const active = useMemo(() => steps.find((step) => step.sequence === sequence) ?? null, [steps, sequence]);
  const choose = useCallback((step: Step) => setSequence(step.sequence), []);
  return (
    <>
      <PlanFigures study={study} plan={plan} steps={steps} />
      {problem !== null && <ErrorState title={`Only ${steps.length} of ${plan.stepCount} jobs could be loaded`} detail={problem} onRetry={retry} />}
      {steps.length === 0 ? (
        <Part title="Jobs">
          <EmptyState title="There is nothing to repair" />
        </Part>
      ) : (
        <>
          <RestoredChart plan={plan} steps={steps} />
          <Part title="Who does what, and when" note="By mean repair times; hours from the start of the work" testId="plan-gantt">
            <Gantt steps={steps} active={active} onActive={choose} isWhole={isReport} />
            {!isReport && <JobFacts step={active} steps={steps} plan={plan} />}
          </Part>
          <JobTable study={study} plan={plan} steps={steps} />
        </>
      )}
      <EconomicsPanel runId={runId} durations={null} planId={study.studyId} title="What the outage costs with this plan" />
    </>
  );
}

/** The jobs of all pages; they come one page after another. */
function useAllSteps(studyId: string, plan: Plan): { steps: readonly Step[]; problem: string | null; retry: () => void } {
  const client = useClient();
  const [more, setMore] = useState<readonly Step[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const { stepCount } = plan;
  useEffect(() => {
    let isLeft = false;
    const load = async (): Promise<void> => {
      const pages: Step[] = [];
      for (let skip = PAGE; skip < Math.min(stepCount, PAGE * MOST_PAGES); skip += PAGE) {
        const { data, error } = await client.query(RestorationQuery, { id: studyId, first: PAGE, skip }).toPromise();
        if (isLeft) return;
        if (error !== undefined) { setProblem(problemOf(error).message); return; }
        pages.push(...(data?.decisionStudy?.restoration?.steps ?? []));
        setMore([...pages]);
      }
    };
    void load();
    return () => {
      isLeft = true;
    };
  }, [client, studyId, stepCount, tries]);
  const steps = useMemo(() => [...plan.steps, ...more], [plan.steps, more]);
  const retry = (): void => {
    setProblem(null);
    setTries((count) => count + 1);
  };
  return { steps, problem, retry };
}
