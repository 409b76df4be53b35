import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { ThemeProvider } from '@mui/material/styles';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { navigate, useSearchString } from '../../lib/location';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { themeOf } from '../../ui/theme';

import { Report } from './Report';
import { RunChooser } from './RunChooser';
import { RunHeader } from './RunHeader';
import { StudyTab } from './StudyTab';
import { SummaryTab } from './SummaryTab';
import { changed, decodeDecisions, encodeDecisions, PATH, TABS } from './address';
import type { DecisionsView, Tab as TabKey } from './address';
import { AssetLinksProvider } from './links';
import type { AssetLinks } from './links';
import { DecisionRunQuery } from './queries';
import type { DecisionRun } from './queries';
import { useStudies } from './useStudies';
import { TAB_WORDS } from './words';

const PAPER = themeOf('light');

interface Props {
  /** Of the account. */
  permissions: readonly string[];
  timeZone: string | undefined;
  links: AssetLinks;
}

/** What to decide after a cascade: stop it, restore it, build against it. All that is shown is in the address. */
export function DecisionsWorkspace({ permissions, timeZone, links }: Props) {
  const address = useSearchString();
  const view = useMemo(() => decodeDecisions(address), [address]);
  const change = useCallback((part: Partial<DecisionsView>) => {
    navigate(PATH + encodeDecisions(changed(decodeDecisions(window.location.search), part)));
  }, []);
  const choose = useCallback((run: string) => change({ run }), [change]);
  if (!permissions.includes('cascade.view_decisionstudy')) {
    return <EmptyState title="Your account may see no studies" detail="An administrator can give it a role that may." />;
  }
  return (
    <AssetLinksProvider value={links}>
      <Box sx={{ height: '100%', overflow: 'auto' }} data-testid="decisions">
        {view.run === null ? (
          <Box sx={{ p: 1.5 }}>
            <RunChooser timeZone={timeZone} onChoose={choose} />
          </Box>
        ) : (
          <Chosen key={view.run} runId={view.run} view={view} change={change} permissions={permissions} timeZone={timeZone} />
        )}
      </Box>
    </AssetLinksProvider>
  );
}

interface ChosenProps {
  runId: string;
  view: DecisionsView;
  change: (part: Partial<DecisionsView>) => void;
  permissions: readonly string[];
  timeZone: string | undefined;
}

function Chosen({ runId, ...props }: ChosenProps) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: DecisionRunQuery, variables: { id: runId } });
  const another = { title: 'Choose another run', onRetry: () => props.change({ run: null }) };
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="The run could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the run" minHeight={320} />;
  }
  const run = data.cascadeRun;
  if (run == null) return <ErrorState title={`There is no run ${runId} that you may see`} detail={another.title} onRetry={another.onRetry} />;
  if (run.job.status !== 'SUCCEEDED') {
    return <ErrorState title={`Run ${runId} has no result`} detail={run.job.errorMessage || 'Decisions start from a finished run.'} onRetry={another.onRetry} />;
  }
  return <OfRun run={run} {...props} />;
}

function OfRun({ run, view, change, permissions, timeZone }: Omit<ChosenProps, 'runId'> & { run: DecisionRun }) {
  const studies = useStudies(run.runId);
  const props = { run, view, change, studies, mayStart: permissions.includes('cascade.add_decisionstudy'), timeZone };
  const page = (
    <>
      <Box sx={{ px: 2, pt: 1, bgcolor: 'background.paper', borderBottom: 1, borderColor: 'divider' }}>
        <RunHeader
          run={run}
          timeZone={timeZone}
          isReport={view.isReport}
          onAnother={() => change({ run: null })}
          onReport={(isReport) => change({ isReport })}
        />
        {!view.isReport && (
          <Tabs
            value={view.tab}
            onChange={(_event, tab: TabKey) => change({ tab })}
            aria-label="Decisions"
            variant="scrollable"
            scrollButtons={false}
            sx={{ minHeight: 36, '& .MuiTab-root': { minHeight: 36, py: 0, px: 1.5, minWidth: 64 } }}
          >
            {TABS.map((tab) => (
              <Tab key={tab} value={tab} label={TAB_WORDS[tab]} id={`decisions-tab-${tab}`} aria-controls="decisions-panel" />
            ))}
          </Tabs>
        )}
      </Box>
      {view.isReport ? (
        <ErrorBoundary name="The report">
          <Report {...props} />
        </ErrorBoundary>
      ) : (
        <Box role="tabpanel" id="decisions-panel" aria-labelledby={`decisions-tab-${view.tab}`} sx={{ p: 1.5 }}>
          <ErrorBoundary key={view.tab} name={TAB_WORDS[view.tab]}>
            {view.tab === 'summary' ? <SummaryTab {...props} /> : <StudyTab {...props} tab={view.tab} />}
          </ErrorBoundary>
        </Box>
      )}
    </>
  );
  // A report looks as it does on paper.
  return view.isReport ? (
    <ThemeProvider theme={PAPER}>
      <Box sx={{ bgcolor: 'background.default', color: 'text.primary', minHeight: '100%' }}>{page}</Box>
    </ThemeProvider>
  ) : (
    page
  );
}
