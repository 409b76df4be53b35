import Box from '@mui/material/Box';
import GlobalStyles from '@mui/material/GlobalStyles';
import Typography from '@mui/material/Typography';

import { formatInstant } from '../../lib/format';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { EconomicsPanel, hoursWords } from './EconomicsPanel';
import { StudyResult } from './StudyResult';
import { TABS } from './address';
import type { StudyTab } from './address';
import type { TabProps } from './context';
import { inputLine } from './inputLine';
import { KINDS, TAB_WORDS } from './words';

/** Only the report is printed, over as many sheets as it takes. */
const PRINT = {
  '@media print': {
    'html, body, #root, #root > div, main, main > div, [data-testid="decisions"]': { height: 'auto !important', overflow: 'visible !important', display: 'block !important' },
    '#root header, .MuiTooltip-popper': { display: 'none !important' },
    '[role="region"]': { maxHeight: 'none !important', overflow: 'visible !important' },
    table: { fontSize: '9px' },
    'tr, svg': { breakInside: 'avoid' },
  },
} as const;

const SECTIONS: readonly StudyTab[] = ['explanation', 'mitigation', 'restoration', 'staging', 'investment'];

/** The newest finished study of each kind on one page. */
export function Report(props: TabProps) {
  const { run, view, studies, timeZone } = props;
  if (studies.all === null) {
    if (studies.problem !== null) return <ErrorState title="The studies could not be loaded" detail={studies.problem} onRetry={studies.refresh} />;
    return <LoadingState label="Loading the studies" minHeight={240} />;
  }
  const newest = SECTIONS.map((tab) => ({ tab, study: studies.all?.find(({ kind, job }) => kind === KINDS[tab] && job.status === 'SUCCEEDED') ?? null }));
  const missing = newest.filter(({ study }) => study === null).map(({ tab }) => TAB_WORDS[tab].toLowerCase());
  return (
    <Box sx={{ p: 1.5, maxWidth: 1200, mx: 'auto' }} data-testid="report">
      <GlobalStyles styles={PRINT} />
      {missing.length === SECTIONS.length && <EmptyState title="This run has no finished study yet" detail={`Start one in the tabs: ${TABS.slice(1).map((tab) => TAB_WORDS[tab].toLowerCase()).join(', ')}.`} />}
      {view.hours !== null && <EconomicsPanel runId={run.runId} title={`What the run cost if losses last ${hoursWords(view.hours)}`} durations={view.hours} planId={null} />}
      {newest.map(({ tab, study }) =>
        study === null ? null : (
          <Box key={tab} component="section" aria-label={TAB_WORDS[tab]} sx={{ mb: 3 }}>
            <Typography variant="h1" component="h3" sx={{ mb: 0.5 }}>
              {TAB_WORDS[tab]}
            </Typography>
            <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
              Study {study.studyId} of {formatInstant(study.createdAt, timeZone)}
              {study.job.owner === null ? '' : ` by ${study.job.owner}`}: {inputLine(study)}
            </Typography>
            <StudyResult {...props} tab={tab} study={study} isReport />
          </Box>
        ),
      )}
      {missing.length > 0 && missing.length < SECTIONS.length && (
        <Typography variant="caption" component="p" color="textSecondary">
          Not studied: {missing.join(', ')}.{view.hours === null && ' The cost stands with the restoration plan, or when hours are given under impact and cost.'}
        </Typography>
      )}
    </Box>
  );
}
