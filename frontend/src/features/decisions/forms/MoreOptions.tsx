import type { ReactNode } from 'react';

import { Fold } from '../../../ui/Fold';
import { FieldGrid, NumberField } from '../Field';

import { RowsEditor } from './RowsEditor';
import { EMPTY_REPAIR, REPAIR_FIELDS } from './rows';
import type { DrawName, PlanInputs } from './usePlanInputs';
import type { Texts } from './useTexts';

const MOST_REPAIRS = 2000;

interface Props {
  summary: string;
  texts: Texts<DrawName>;
  plan: PlanInputs;
  isOpenAtFirst: boolean;
  /** What further damage is. */
  damageHelp: string;
  /** Options between the draws and the damage. */
  children?: ReactNode;
}

/** The draws of a plan and damage beside that of the run, folded. */
export function MoreOptions({ summary, texts, plan, isOpenAtFirst, damageHelp, children }: Props) {
  return (
    <Fold summary={summary} isOpenAtFirst={isOpenAtFirst}>
      <FieldGrid>
        <NumberField {...texts.props('samples')} />
        <NumberField {...texts.props('seed')} />
        <NumberField {...texts.props('detour')} />
      </FieldGrid>
      {children}
      <RowsEditor
        title="Further damage"
        help={damageHelp}
        fields={REPAIR_FIELDS}
        rows={plan.repairs}
        empty={EMPTY_REPAIR}
        most={MOST_REPAIRS}
        isChecked={texts.isChecked}
        onRows={plan.onRepairs}
        testId="repair-rows"
      />
    </Fold>
  );
}
