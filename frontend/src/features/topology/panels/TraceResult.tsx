import Typography from '@mui/material/Typography';

import { formatNumber, humanize, plural } from '../../../lib/format';
import { FactList } from '../../../ui/FactList';
import { Fold } from '../../../ui/Fold';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { ASK_WORDS } from '../context';
import type { Found } from '../loadTrace';
import type { Loaded } from '../useLoaded';

import { Section } from './common';

/** What a trace found, counted; the diagram shows it by a broad line. */
export function TraceResult({ trace }: { trace: Loaded<Found> }) {
  const { data, problem, refresh } = trace;
  if (problem !== null) return <ErrorState title="It could not be traced" detail={problem} onRetry={refresh} />;
  if (data === null) return <LoadingState label="Tracing" />;
  const { answer } = data;
  const { assets, steps } = answer;
  return (
    <Section title={ASK_WORDS[data.kind]} testId="trace-result">
      {!answer.isFed && <Typography color="warning">No closed way leads from it to a substation.</Typography>}
      <FactList
        facts={[
          { label: 'Customers', value: formatNumber(assets.customerCount) },
          { label: 'Of them critical', value: formatNumber(assets.criticalCustomerCount) },
          { label: 'Meters', value: formatNumber(assets.meterCount) },
          { label: 'Transformers', value: formatNumber(assets.transformerCount) },
          { label: 'Line sections', value: formatNumber(assets.sectionCount) },
          { label: 'Switches', value: formatNumber(assets.switchCount) },
          ...(answer.substationIds.length === 0 ? [] : [{ label: 'Leads to', value: answer.substationIds.join(', ') }]),
        ]}
      />
      {steps.length > 0 && (
        <Fold summary={plural(steps.length, 'step')}>
          <ol style={{ margin: 0, paddingLeft: 20 }}>
            {steps.map(({ assetId, kind, switchKind }) => (
              <li key={assetId}>
                {humanize(switchKind ?? kind)} {assetId}
              </li>
            ))}
          </ol>
        </Fold>
      )}
      <Typography variant="caption" color="textSecondary" component="p">
        Switches {answer.positions === 'PRESENT' ? 'as last heard' : 'in their normal positions'}, without the steps of the study.
      </Typography>
    </Section>
  );
}
