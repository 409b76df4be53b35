import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { ReactNode } from 'react';

import { plural } from '../../../lib/format';
import { useStore } from '../../../lib/store';
import { draftStore, editDocument } from '../draft';
import type { DraftProblems } from '../draft';

import { ChoiceField } from './ChoiceField';
import { listAt, readAt, textAt, writeAt } from './document';
import type { ScenarioDocument } from './document';
import { Group, Pair, Toggle } from './parts';
import { temperatureSettings } from './settings';
import type { NumberSetting } from './settings';

const RATINGS = [
  { value: 'STORED', label: 'As stored', help: 'The ratings of the network, whatever the weather' },
  { value: 'TEMPERATURE', label: 'By the air temperature', help: 'IEEE 738 at the temperature of the scenario' },
  { value: 'HOUR', label: 'By the weather of an hour', help: 'IEEE 738 with the weather on record' },
] as const;
/** Half around the earth: the temperature holds everywhere. */
const EVERYWHERE_KM = 20_040;

interface Props {
  problems: DraftProblems;
  centre: { lat: number; lon: number };
  field: (setting: NumberSetting) => ReactNode;
}

/** Air, wind and water of a scenario, and which ratings follow from them. */
export function WeatherSettings({ problems, centre, field }: Props) {
  const { document } = useStore(draftStore);
  const form = RATINGS.find(({ value }) => value === textAt(document, 'ratings.form'))?.value ?? 'STORED';
  const temperatures = temperatureSettings(document);
  const hasTemperature = temperatures.length > 0;
  return (
    <Group title="Weather and ratings">
      <Pair>
        <ChoiceField
          label="Ratings"
          value={form}
          choices={RATINGS}
          testId="ratings-form"
          onValue={(next) =>
            editDocument((before) => {
              const formed = writeAt(before, 'ratings.form', next === 'STORED' ? undefined : next);
              const timed = next === 'STORED' ? writeAt(formed, 'ratings.at', undefined) : formed;
              return next === 'TEMPERATURE' && !hasTemperature ? withTemperature(timed, centre) : timed;
            })
          }
        />
        {form === 'HOUR' && <HourField />}
      </Pair>
      <Toggle
        label="Every rated branch bears 1.05 times what it carries with nothing out"
        isOn={readAt(document, 'ratings.is_secured') === true}
        onToggle={(isOn) => editDocument((before) => writeAt(before, 'ratings.is_secured', isOn ? true : undefined))}
      />
      <Toggle
        label="Air temperature"
        isOn={hasTemperature}
        onToggle={(isOn) => editDocument((before) => (isOn ? withTemperature(before, centre) : withoutTemperature(before)))}
      />
      {hasTemperature && (
        <>
          <Pair>{temperatures.map(field)}</Pair>
          {problems['temperature'] !== undefined && <Fault text={problems['temperature']} />}
          <Typography variant="caption" component="p" color="textSecondary">
            Counts for ratings by temperature, for a demand by temperature and for units that fail in cold or heat; by itself it
            changes nothing.
          </Typography>
        </>
      )}
      {told(document).map((line) => (
        <Typography key={line} variant="caption" component="p" sx={{ mt: 0.5 }}>
          {line}
        </Typography>
      ))}
    </Group>
  );
}

function Fault({ text }: { text: string }) {
  return (
    <Typography variant="caption" component="p" color="error" role="alert">
      {text}
    </Typography>
  );
}

/** The hour whose weather counts; empty: the newest on record when the run starts. */
function HourField() {
  const id = useId();
  const { document } = useStore(draftStore);
  const at = textAt(document, 'ratings.at');
  return (
    <TextField
      id={id}
      type="datetime-local"
      label="Hour (UTC)"
      value={at === null ? '' : new Date(at).toISOString().slice(0, 16)}
      onChange={(event) => {
        const { value } = event.target;
        editDocument((before) => writeAt(before, 'ratings.at', value === '' ? undefined : `${value}:00Z`));
      }}
      helperText="Empty: the newest on record"
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function withTemperature(document: ScenarioDocument, centre: { lat: number; lon: number }): ScenarioDocument {
  const points = [{ lat: centre.lat, lon: centre.lon, label: 'Air temperature everywhere' }];
  return writeAt(document, 'temperature', { points, max_distance_km: EVERYWHERE_KM, basis: 'ASSUMPTION' });
}

function withoutTemperature(document: ScenarioDocument): ScenarioDocument {
  const stored = textAt(document, 'ratings.form') === 'TEMPERATURE' ? writeAt(document, 'ratings.form', undefined) : document;
  const load = textAt(stored, 'load.form') === 'TEMPERATURE' ? writeAt(stored, 'load.form', undefined) : stored;
  return writeAt(load, 'temperature', undefined);
}

/** What the document says and this form does not change. */
function told(document: ScenarioDocument): string[] {
  const lines: string[] = [];
  const gusts = listAt(document, 'wind.points').length;
  if (gusts > 0) lines.push(`Wind: gusts at ${plural(gusts, 'place')}.`);
  const track = listAt(document, 'track.points').length;
  if (track > 0) lines.push(`Storm: a track of ${plural(track, 'point')}.`);
  const breaks = listAt(document, 'fragility').length;
  if (breaks > 0) lines.push(`Wind breaks ${plural(breaks, 'class', 'classes')} of assets, by chance from the seed.`);
  if (readAt(document, 'flood') != null) lines.push('Flood: water puts assets out of service.');
  const outages = listAt(document, 'outages').length;
  if (outages > 0) lines.push(`It takes out ${plural(outages, 'asset')} by name.`);
  return lines.length === 0 ? lines : [...lines, 'These are changed in the document, under “More”.'];
}
