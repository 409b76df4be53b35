import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import type { ReactNode } from 'react';

import { useStore } from '../../../lib/store';
import { Fold } from '../../../ui/Fold';
import { draftStore, editDocument, STEPS_PLACE, typeText } from '../draft';
import type { DraftProblems } from '../draft';

import { ChoiceField } from './ChoiceField';
import { DocumentField } from './DocumentField';
import { NumberField } from './NumberField';
import { UnitCosts } from './UnitCosts';
import { WeatherSettings } from './WeatherSettings';
import { readAt, textAt, writeAt } from './document';
import type { ScenarioDocument } from './document';
import { Group, Pair, Toggle } from './parts';
import {
  DEFECT,
  DEMAND,
  LOAD_MULTIPLIER,
  MAX_WAVES,
  RAMP,
  RANDOM_TRIPS,
  RATING_MULTIPLIER,
  RELAY,
  SEED,
  shownText,
  stepsText,
  TOLERANCE,
  TRIP_THRESHOLD,
  trippingOf,
  unitSettings,
  withTripping,
} from './settings';
import type { NumberSetting, Tripping } from './settings';

const TRIPPING: readonly { value: Tripping; label: string; help: string }[] = [
  { value: 'ALL', label: 'All overloaded at once', help: 'Every overloaded branch trips in the same wave' },
  { value: 'MOST_OVERLOADED', label: 'The most overloaded first', help: 'One branch a wave; the others start anew' },
  { value: 'RELAY', label: 'Relays that take time', help: 'Overload is collected over time; waves have seconds' },
  { value: 'RANDOM', label: 'By chance', help: 'Overloaded branches and those near their limit trip with a chance (OPA)' },
];
const DISPATCH = [
  { value: 'PROPORTIONAL', label: 'All units in proportion', help: 'To headroom upwards, to output downwards' },
  { value: 'MERIT_ORDER', label: 'Cheapest first', help: 'Needs what a megawatt-hour costs' },
] as const;
const LOAD_FORMS = [
  { value: 'MULTIPLIER', label: 'Factor on the planning case', help: '' },
  { value: 'DEMAND', label: 'Demand in MW', help: '' },
  { value: 'TEMPERATURE', label: 'Curve by temperature', help: 'Each bus at its own temperature' },
] as const;

interface Props {
  problems: DraftProblems;
  /** Middle of the territory: where a temperature stands that is given for all of it. */
  centre: { lat: number; lon: number };
}

/** All settings of a cascade; what is seldom changed is folded. */
export function SettingsEditor({ problems, centre }: Props) {
  const draft = useStore(draftStore);
  const { document } = draft;
  const field = (setting: NumberSetting): ReactNode => (
    <NumberField
      key={setting.place}
      setting={setting}
      text={draft.texts[setting.place] ?? shownText(document, setting)}
      problem={problems[setting.place]}
      onText={(text) => typeText(setting.place, text)}
    />
  );
  const form = textAt(document, 'load.form') ?? 'MULTIPLIER';
  const way = trippingOf(document);
  const units = unitSettings(document);
  const advanced = [...RELAY, ...RANDOM_TRIPS, ...RAMP, DEFECT, MAX_WAVES, TOLERANCE, SEED].map(({ place }) => place);
  const hasFault = Object.keys(problems).some((place) => advanced.includes(place) || place === STEPS_PLACE || place.startsWith('unit_costs'));
  return (
    <>
      <Pair>
        {field(form === 'DEMAND' ? DEMAND : LOAD_MULTIPLIER)}
        {field(RATING_MULTIPLIER)}
      </Pair>
      <Pair>
        {field(TRIP_THRESHOLD)}
        <ChoiceField label="What trips" value={way} choices={TRIPPING} testId="tripping" onValue={(next) => editDocument((before) => withTripping(before, next))} />
      </Pair>
      {way === 'RELAY' && <Pair>{RELAY.map(field)}</Pair>}
      {way === 'RANDOM' && <Pair>{RANDOM_TRIPS.map(field)}</Pair>}
      <WeatherSettings problems={problems} centre={centre} field={field} />
      {units.length > 0 && (
        <Group title="Generating units">
          <Pair>{units.map(field)}</Pair>
        </Group>
      )}
      <Fold
        key={hasFault ? 'fault' : 'fine'}
        isOpenAtFirst={hasFault}
        testId="advanced-settings"
        summary={<span>More: demand, protection, balance of islands, limits</span>}
      >
        <Box sx={{ pt: 1 }}>
          <ChoiceField
            label="Load"
            value={LOAD_FORMS.find(({ value }) => value === form)?.value ?? 'MULTIPLIER'}
            choices={LOAD_FORMS.filter(({ value }) => value !== 'TEMPERATURE' || readAt(document, 'load.curve') != null)}
            testId="load-form"
            onValue={(next) => editDocument((before) => writeAt(before, 'load.form', next === 'MULTIPLIER' ? undefined : next))}
          />
          <Toggle
            label="Hidden failures of protection"
            isOn={readAt(document, 'options.hidden_failures') != null}
            onToggle={(isOn) => editDocument(group('options.hidden_failures', isOn))}
          />
          {readAt(document, 'options.hidden_failures') != null && <Pair>{field(DEFECT)}</Pair>}
          <ChoiceField
            label="Who takes up a surplus or shortage"
            value={textAt(document, 'options.dispatch') === 'MERIT_ORDER' ? 'MERIT_ORDER' : 'PROPORTIONAL'}
            choices={DISPATCH}
            testId="dispatch"
            onValue={(next) => editDocument((before) => writeAt(before, 'options.dispatch', next === 'PROPORTIONAL' ? undefined : next))}
          />
          {readAt(document, 'options.dispatch') === 'MERIT_ORDER' && <UnitCosts problem={problems['unit_costs']} field={field} />}
          <Toggle label="Units move no faster than they can" isOn={readAt(document, 'options.ramp') != null} onToggle={(isOn) => editDocument(group('options.ramp', isOn))} />
          {readAt(document, 'options.ramp') != null && <Pair>{RAMP.map(field)}</Pair>}
          <Toggle label="Load is shed in blocks (under-frequency)" isOn={readAt(document, 'options.ufls') != null} onToggle={(isOn) => editDocument(group('options.ufls', isOn))} />
          {readAt(document, 'options.ufls') != null && (
            <>
              <TextField
                fullWidth
                label="Blocks, % of the load"
                value={draft.texts[STEPS_PLACE] ?? stepsText(document)}
                onChange={(event) => typeText(STEPS_PLACE, event.target.value)}
                error={problems[STEPS_PLACE] !== undefined}
                helperText={problems[STEPS_PLACE] ?? 'In the order they go; at most 20'}
                sx={{ mt: 1 }}
              />
              <Toggle
                label="An island collapses if the last block is not enough"
                isOn={readAt(document, 'options.ufls.collapses') !== false}
                onToggle={(isOn) => editDocument((before) => writeAt(before, 'options.ufls.collapses', isOn ? undefined : false))}
              />
            </>
          )}
          <Pair>
            {field(MAX_WAVES)}
            {field(SEED)}
            {field(TOLERANCE)}
          </Pair>
          <DocumentField />
        </Box>
      </Fold>
    </>
  );
}

function group(place: string, isOn: boolean): (before: ScenarioDocument) => ScenarioDocument {
  return (before) => writeAt(before, place, isOn ? {} : undefined);
}
