import { useMemo, useState } from 'react';

import { useUnits } from '../../../lib/preferences';
import { speedScale } from '../../../lib/units';
import { Fold } from '../../../ui/Fold';
import { FieldGrid, Flag, NumberField } from '../Field';
import type { FormProps } from '../context';
import { parseIds, RULES, typed } from '../fields';
import type { NumberRule } from '../fields';
import { flagIn, isJson, listIn, numberIn, textsIn } from '../frozen';
import { StartStaging } from '../mutations';
import { useStart } from '../useStart';
import { STUDY_WORDS } from '../words';

import { FormFrame, MEND } from './FormFrame';
import { OrderOptions } from './OrderOptions';
import { RowsEditor } from './RowsEditor';
import { EMPTY_PLACE, EMPTY_REPAIR, hasFault, PLACE_FIELDS, placeOf, placeRow, REPAIR_FIELDS, repairOf, repairRow } from './rows';
import type { Row } from './rows';
import { useTexts } from './useTexts';

const MOST_PLACES = 200;
const MOST_REPAIRS = 2000;

/** Starts a search for where crews wait, and how many. */
export function StagingForm({ run, from, onStarted, onClose }: FormProps) {
  const speed = speedScale(useUnits());
  const inputs = from?.inputs ?? {};
  const prices = isJson(inputs.prices) ? inputs.prices : {};
  const rules = useMemo(
    () =>
      ({
        speed: { label: 'Mean speed on the road', unit: speed.unit, factor: speed.kmhPerUnit, min: 0, isAboveMin: true, isRequired: true },
        mostPlaces: { label: 'Places at most', min: 1, max: 10, isInteger: true, isRequired: true },
        mostCrews: { label: 'Crews at most', min: 1, max: 100, isInteger: true, isRequired: true },
        crewHourUsd: { label: 'An hour of a crew', unit: '$', min: 0, help: 'Empty: the rate of the cost assumptions.' },
        detour: RULES.detour,
        samples: RULES.samples,
        seed: RULES.seed,
      }) satisfies Record<string, NumberRule>,
    [speed],
  );
  const texts = useTexts<keyof typeof rules>(rules, {
    speed: typed(numberIn(inputs, 'speed_kmh'), speed.kmhPerUnit),
    mostPlaces: typed(numberIn(inputs, 'most_places') ?? 3),
    mostCrews: typed(numberIn(inputs, 'most_crews') ?? 20),
    crewHourUsd: typed(numberIn(prices, 'crew_hour_usd')),
    detour: typed(numberIn(inputs, 'detour_frac') ?? 0.2),
    samples: typed(numberIn(inputs, 'samples') ?? 1000),
    seed: typed(numberIn(inputs, 'seed') ?? 0),
  });
  const [isByKind, setByKind] = useState(from === null || flagIn(inputs, 'is_by_kind'));
  const [isCriticalFirst, setCriticalFirst] = useState(flagIn(inputs, 'is_critical_first'));
  const [substations, setSubstations] = useState(textsIn(inputs, 'first_substations').join(', '));
  const [places, setPlaces] = useState<readonly Row[]>(listIn(inputs, 'places').map(placeRow));
  const [repairs, setRepairs] = useState<readonly Row[]>(listIn(inputs, 'repairs').map(repairRow));
  const { isBusy, problem, start } = useStart(StartStaging);
  const isFaulty = texts.hasFault || hasFault(PLACE_FIELDS, places) || hasFault(REPAIR_FIELDS, repairs);

  const submit = async (): Promise<void> => {
    texts.check();
    const speedKmh = texts.value('speed');
    if (isFaulty || speedKmh === null) return;
    const study = await start({
      runId: run.runId,
      speedKmh,
      mostPlaces: texts.value('mostPlaces') ?? 3,
      mostCrews: texts.value('mostCrews') ?? 20,
      crewHourUsd: texts.value('crewHourUsd'),
      detourFrac: texts.value('detour') ?? 0.2,
      samples: texts.value('samples') ?? 1000,
      seed: texts.value('seed') ?? 0,
      isByKind,
      isCriticalFirst,
      firstSubstations: parseIds(substations),
      places: places.map(placeOf),
      repairs: repairs.map(repairOf),
    });
    if (study !== null) onStarted(study);
  };
  return (
    <FormFrame
      label="New staging study"
      submit={STUDY_WORDS.staging.start}
      isBusy={isBusy}
      problem={problem}
      fault={texts.isChecked && isFaulty ? MEND : null}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <FieldGrid>
        <NumberField {...texts.props('speed')} testId="speed" />
        <NumberField {...texts.props('mostPlaces')} />
        <NumberField {...texts.props('mostCrews')} testId="most-crews" />
        <NumberField {...texts.props('crewHourUsd')} />
      </FieldGrid>
      <Flag label="Crews do only what they are equipped for" isOn={isByKind} onChange={setByKind} />
      <OrderOptions isCriticalFirst={isCriticalFirst} onCriticalFirst={setCriticalFirst} substations={substations} onSubstations={setSubstations} />
      <Fold summary="More options: draws, detour, places to choose from, further damage" isOpenAtFirst={places.length + repairs.length > 0}>
        <FieldGrid>
          <NumberField {...texts.props('samples')} />
          <NumberField {...texts.props('seed')} />
          <NumberField {...texts.props('detour')} />
        </FieldGrid>
        <RowsEditor
          title="Places to choose from"
          help="Without any: substations, homes of crews and places of repairs that you may see."
          fields={PLACE_FIELDS}
          rows={places}
          empty={EMPTY_PLACE}
          most={MOST_PLACES}
          isChecked={texts.isChecked}
          onRows={setPlaces}
          testId="place-rows"
        />
        <RowsEditor
          title="Further damage"
          help="Beside that of the run, as it is reported."
          fields={REPAIR_FIELDS}
          rows={repairs}
          empty={EMPTY_REPAIR}
          most={MOST_REPAIRS}
          isChecked={texts.isChecked}
          onRows={setRepairs}
          testId="repair-rows"
        />
      </Fold>
    </FormFrame>
  );
}
