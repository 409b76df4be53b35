import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useEffect, useMemo } from 'react';

import { isFinished } from '../../lib/jobs/status';
import { useJobUpdates } from '../../lib/jobs/useJobUpdates';
import { JobProgress } from '../../ui/JobProgress';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Comparison } from './Comparison';
import { Part } from './Part';
import { StudyForm } from './StudyForm';
import { StudyList } from './StudyList';
import { StudyResult } from './StudyResult';
import type { StudyTabProps, TabProps } from './context';
import type { StudyRow } from './queries';
import { KINDS, STUDY_WORDS } from './words';

/** The studies of one kind: those there are, a new one, and what the chosen one found. */
export function StudyTab(props: StudyTabProps) {
  const { tab, view, change, studies, mayStart, timeZone } = props;
  const words = STUDY_WORDS[tab];
  const ofKind = useMemo(() => studies.all?.filter(({ kind }) => kind === KINDS[tab]) ?? null, [studies.all, tab]);
  if (ofKind === null) {
    if (studies.problem !== null) return <ErrorState title="The studies could not be loaded" detail={studies.problem} onRetry={studies.refresh} />;
    return <LoadingState label="Loading the studies" minHeight={240} />;
  }
  const chosen = chosenOf(ofKind, view.study);
  const other = ofKind.find(({ studyId }) => studyId === view.other && studyId !== chosen?.studyId) ?? null;
  return (
    <>
      <Part
        title="Studies"
        note={words.about}
        testId="decisions-studies"
        tools={
          <Button
            variant={ofKind.length === 0 ? 'contained' : 'outlined'}
            disabled={!mayStart}
            title={mayStart ? undefined : 'Your account may not start studies.'}
            onClick={() => change({ isStarting: !view.isStarting })}
            aria-expanded={view.isStarting}
            data-testid="new-study"
          >
            {view.isStarting ? 'Close the form' : `New ${words.one}`}
          </Button>
        }
      >
        {ofKind.length === 0 ? (
          <EmptyState
            title={`This run has no ${words.one} yet`}
            detail={mayStart ? 'Start the first one with the button above.' : 'Your account may see studies, but not start them.'}
          />
        ) : (
          <StudyList rows={ofKind} chosen={chosen} other={other} timeZone={timeZone} total={studies.totalCount} change={change} />
        )}
        {view.isStarting && mayStart && (
          <StudyForm
            key={chosen?.studyId ?? 'first'}
            tab={tab}
            run={props.run}
            studies={studies}
            from={chosen}
            onClose={() => change({ isStarting: false })}
            onStarted={(study) => {
              studies.refresh();
              change({ study: study.studyId, other: null, isStarting: false });
            }}
          />
        )}
      </Part>
      {view.study !== null && chosen === null && <ErrorState title={`This run has no study ${view.study} of this kind`} onRetry={() => change({ study: null })} />}
      {chosen !== null && other !== null && <Comparison tab={tab} first={chosen} second={other} onClose={() => change({ other: null })} />}
      {chosen !== null && <Shown key={chosen.studyId} {...props} study={chosen} />}
    </>
  );
}

/** The study of the address, else the newest that has a result, else the newest. */
export function chosenOf(studies: readonly StudyRow[], id: string | null): StudyRow | null {
  if (id !== null) return studies.find(({ studyId }) => studyId === id) ?? null;
  return studies.find(({ job }) => job.status === 'SUCCEEDED') ?? studies[0] ?? null;
}

/** A study while it is computed, why it has no result, or its result. */
function Shown({ study, tab, ...props }: TabProps & { study: StudyRow; tab: StudyTabProps['tab'] }) {
  const { job } = study;
  const isActive = !isFinished(job.status);
  useJobUpdates(job.jobId, isActive);
  const { refresh } = props.studies;
  const isSilent = job.status === 'FAILED' && job.errorMessage === '';
  useEffect(() => {
    if (isSilent) refresh();
  }, [isSilent, refresh]);
  if (job.status === 'SUCCEEDED') return <StudyResult tab={tab} study={study} {...props} />;
  return (
    <Part title={`Study ${study.studyId}`} testId="study-unfinished">
      <JobProgress job={job} />
      {job.status === 'FAILED' && (
        <Alert severity="error" variant="outlined" data-code={job.errorCode} sx={{ mt: 1 }}>
          <strong>The study failed.</strong> {job.errorMessage || 'The server gave no reason.'}
        </Alert>
      )}
      {!isActive && props.mayStart && (
        <Box sx={{ mt: 1 }}>
          <Button variant="outlined" onClick={() => props.change({ study: study.studyId, isStarting: true })} data-testid="retry-study">
            Try again: open the form with these inputs
          </Button>
        </Box>
      )}
    </Part>
  );
}
