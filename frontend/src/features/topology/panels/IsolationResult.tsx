import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';

import { formatInstant, formatNumber, humanize, plural } from '../../../lib/format';
import { FactList } from '../../../ui/FactList';
import type { IsolationAnswer, TieOption } from '../questions';
import type { Step } from '../steps';

import { Section, tieWords, VERDICT_COLOURS, VERDICT_WORDS } from './common';

interface Props {
  isolation: IsolationAnswer;
  timeZone: string | undefined;
  onSelect: (assetId: string) => void;
  /** Takes the switching over into the study. */
  onStudy: (steps: Step[]) => void;
}

type SwitchRef = IsolationAnswer['opens'][number];

/** How a fault is isolated, who stays out, and which ties can feed the rest. */
export function IsolationResult({ isolation, timeZone, onSelect, onStudy }: Props) {
  const { opens, separates, recloses, lost, staysOut, zone, parts } = isolation;
  if (!isolation.isPossible) {
    return (
      <Section title="Isolate" testId="isolation-result">
        <Alert severity="warning" variant="outlined">
          No switch parts it from the node of a substation: it cannot be isolated by switching.
        </Alert>
      </Section>
    );
  }
  return (
    <Section title="Isolate" testId="isolation-result">
      <SwitchList title="Open first" refs={opens} onSelect={onSelect} />
      <SwitchList title="Open as well, to feed what is behind from elsewhere" refs={separates} onSelect={onSelect} />
      <SwitchList title="Then close again" refs={recloses} onSelect={onSelect} />
      <FactList
        facts={[
          { label: 'Out once open', value: customers(lost) },
          { label: 'Out until repaired', value: customers(staysOut) },
          { label: 'Zone at fault', value: `${plural(zone.sectionCount, 'section')}, ${plural(zone.transformerCount, 'transformer')}` },
        ]}
      />
      <Button sx={{ mt: 0.5 }} variant="outlined" onClick={() => onStudy(stepsOf(isolation, null))} data-testid="study-isolation">
        Take it over into the study
      </Button>
      {parts.map((part, i) => (
        <Box key={part.ties.map(({ switch: tie }) => tie.assetId).join() + String(i)} sx={{ mt: 1, pt: 1, borderTop: 1, borderColor: 'divider' }}>
          <Typography variant="h3" component="h5">
            Healthy part {i + 1}: {customers(part.assets)}
          </Typography>
          {part.ties.length === 0 && (
            <Typography variant="caption" color="textSecondary">
              No tie reaches it.
            </Typography>
          )}
          {part.ties.map((tie) => (
            <Tie key={tie.switch.assetId} tie={tie} onSelect={onSelect} onStudy={() => onStudy(stepsOf(isolation, tie))} />
          ))}
        </Box>
      ))}
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }}>
        {isolation.loadBasis === 'PEAK' ? 'Loads: the peak of each transformer; sums are upper bounds.' : `Loads of the hour from ${formatInstant(isolation.loadHour, timeZone)}.`} Each tie by itself.
        Voltage drop and protection are not checked.
      </Typography>
    </Section>
  );
}

function customers({ customerCount, criticalCustomerCount }: { customerCount: number; criticalCustomerCount: number }): string {
  return plural(customerCount, 'customer') + (criticalCustomerCount === 0 ? '' : `, ${formatNumber(criticalCustomerCount)} critical`);
}

/** The order in which it is switched: what is at fault is parted before anything is fed again. */
export function stepsOf({ opens, separates, recloses }: Pick<IsolationAnswer, 'opens' | 'separates' | 'recloses'>, tie: Pick<TieOption, 'switch'> | null): Step[] {
  const step = (opens: boolean) => ({ assetId }: SwitchRef | { assetId: string }): Step => ({ switchId: assetId, opens });
  return [...opens.map(step(true)), ...separates.map(step(true)), ...recloses.map(step(false)), ...(tie === null ? [] : [step(false)(tie.switch)])];
}

function SwitchList({ title, refs, onSelect }: { title: string; refs: readonly SwitchRef[]; onSelect: (assetId: string) => void }) {
  if (refs.length === 0) return null;
  return (
    <Box sx={{ mb: 0.5 }}>
      <Typography variant="caption" color="textSecondary" component="div">
        {title}
      </Typography>
      {refs.map(({ assetId, kind }) => (
        <Button key={assetId} onClick={() => onSelect(assetId)} sx={{ p: 0, px: 0.5, minWidth: 0 }} data-testid={`isolation-${assetId}`}>
          {kind === null ? assetId : `${humanize(kind)} ${assetId}`}
        </Button>
      ))}
    </Box>
  );
}

function Tie({ tie, onSelect, onStudy }: { tie: TieOption; onSelect: (assetId: string) => void; onStudy: () => void }) {
  return (
    <Box sx={{ mt: 0.5 }} data-testid={`tie-${tie.switch.assetId}`}>
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: 0.5 }}>
        <Button onClick={() => onSelect(tie.switch.assetId)} sx={{ p: 0, px: 0.5, minWidth: 0 }}>
          {tie.switch.assetId}
        </Button>
        <Chip variant="outlined" color={VERDICT_COLOURS[tie.verdict]} label={VERDICT_WORDS[tie.verdict]} />
        <Button onClick={onStudy} sx={{ p: 0, px: 0.5, minWidth: 0 }} aria-label={`Study it with ${tie.switch.assetId}`}>
          Study it
        </Button>
      </Box>
      <Typography variant="caption" color="textSecondary" component="div">
        {tie.circuitId === null ? 'a circuit that you may not see' : `from ${tie.circuitId}`}; {tieWords(tie)}
      </Typography>
    </Box>
  );
}
