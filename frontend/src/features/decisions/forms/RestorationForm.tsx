import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { useUnits } from '../../../lib/preferences';
import { speedScale } from '../../../lib/units';
import { FieldGrid, NumberField } from '../Field';
import type { FormProps } from '../context';
import { RULES, typed } from '../fields';
import type { NumberRule } from '../fields';
import { listIn, numberIn } from '../frozen';
import { inputLine } from '../inputLine';
import { StartRestoration } from '../mutations';
import { StagingStagesQuery } from '../staging/queries';
import { useStart } from '../useStart';
import { STUDY_WORDS } from '../words';

import { FormFrame, MEND } from './FormFrame';
import { MoreOptions } from './MoreOptions';
import { OrderOptions } from './OrderOptions';
import { RowsEditor } from './RowsEditor';
import { CREWS, EMPTY_STAGE, hasFault, numberAt, STAGE_FIELDS, stageOf, stageRow } from './rows';
import type { Row } from './rows';
import { DRAW_RULES, drawsOf, drawTexts, usePlanInputs } from './usePlanInputs';
import { useTexts } from './useTexts';

const MOST_STAGES = 50;

/** Starts a plan of restoration. */
export function RestorationForm({ run, studies, from, onStarted, onClose }: FormProps) {
  const speed = speedScale(useUnits());
  const inputs = from?.inputs ?? {};
  const rules = useMemo(
    () =>
      ({
        crews: { ...CREWS, help: 'Without stages; else the stages say it.' },
        speed: { ...RULES.speed, unit: speed.unit, factor: speed.kmhPerUnit, help: 'Needed with stages.' },
        ...DRAW_RULES,
      }) satisfies Record<string, NumberRule>,
    [speed],
  );
  const texts = useTexts<keyof typeof rules>(rules, {
    crews: typed(numberIn(inputs, 'crews')),
    speed: typed(numberIn(inputs, 'speed_kmh'), speed.kmhPerUnit),
    ...drawTexts(inputs),
  });
  const [stages, setStages] = useState<readonly Row[]>(listIn(inputs, 'stages').map(stageRow));
  const plan = usePlanInputs(inputs);
  const [staging, setStaging] = useState('');
  const { isBusy, problem, start } = useStart(StartRestoration);
  const stagings = studies.all?.filter(({ kind, job }) => kind === 'STAGING' && job.status === 'SUCCEEDED') ?? [];
  useStagesOf(staging, setStages);

  const staged = stages.reduce((sum, row) => sum + numberAt(row, 'crews', CREWS), 0);
  const crews = stages.length > 0 ? staged : texts.value('crews');
  const speedKmh = stages.length > 0 ? texts.value('speed') : null;
  const draws = drawsOf(texts.value);
  const isFaulty =
    hasFault(STAGE_FIELDS, stages) ||
    plan.hasFault ||
    draws === null ||
    crews === null ||
    (stages.length > 0 && speedKmh === null);

  const submit = async (): Promise<void> => {
    texts.check();
    if (isFaulty) return;
    const study = await start({
      runId: run.runId,
      crews,
      speedKmh,
      stages: stages.map(stageOf),
      ...draws,
      ...plan.asked(),
    });
    if (study !== null) onStarted(study);
  };
  const fault = texts.isChecked && isFaulty ? (stages.length > 0 && speedKmh === null ? 'Travel from stages needs a speed.' : MEND) : null;
  return (
    <FormFrame label="New restoration plan" submit={STUDY_WORDS.restoration.start} isBusy={isBusy} problem={problem} fault={fault} onSubmit={() => void submit()} onClose={onClose}>
      <FieldGrid>
        {stages.length === 0 && <NumberField {...texts.props('crews')} testId="crews" />}
        {stages.length > 0 && <NumberField {...texts.props('speed')} testId="speed" />}
        {stagings.length > 0 && (
          <TextField
            select
            label="Stages of a staging study"
            value={staging}
            onChange={(event) => setStaging(event.target.value)}
            helperText="Puts its recommended places and crews below."
            slotProps={{ formHelperText: { sx: { mx: 0 } } }}
          >
            <MenuItem value="">none</MenuItem>
            {stagings.map((study) => (
              <MenuItem key={study.studyId} value={study.studyId}>
                {study.studyId}: {inputLine(study)}
              </MenuItem>
            ))}
          </TextField>
        )}
      </FieldGrid>
      <RowsEditor
        title="Stages"
        help={stages.length > 0 ? `Crews start here: ${staged} in all.` : 'Where crews start. Without stages no travel is counted.'}
        fields={STAGE_FIELDS}
        rows={stages}
        empty={EMPTY_STAGE}
        most={MOST_STAGES}
        isChecked={texts.isChecked}
        onRows={setStages}
        testId="stage-rows"
      />
      <OrderOptions plan={plan} />
      <MoreOptions
        summary="More options: draws, detour, further damage"
        texts={texts}
        plan={plan}
        isOpenAtFirst={plan.repairs.length > 0}
        damageHelp="Beside that of the run, as it is reported. Allowed where the customers of all lost load are on record."
      />
    </FormFrame>
  );
}

/** Puts the recommended stages of a staging study into the form once they are here. */
function useStagesOf(studyId: string, setStages: (rows: readonly Row[]) => void): void {
  const [taken, setTaken] = useState('');
  const [{ data }] = useQuery({ query: StagingStagesQuery, variables: { id: studyId }, pause: studyId === '' });
  const study = data?.decisionStudy;
  if (studyId === taken || study?.studyId !== studyId) return;
  setTaken(studyId);
  setStages(
    (study.staging?.recommended?.stages ?? []).map(({ place, crews, crewKind }) => ({
      longitude: String(place.longitude),
      latitude: String(place.latitude),
      crews: String(crews),
      crewKind: crewKind ?? '',
    })),
  );
}
