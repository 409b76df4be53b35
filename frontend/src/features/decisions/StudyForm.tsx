import Typography from '@mui/material/Typography';

import type { StudyTab } from './address';
import type { FormProps } from './context';
import { FormFrame } from './forms/FormFrame';
import { InvestmentForm } from './forms/InvestmentForm';
import { MitigationForm } from './forms/MitigationForm';
import { RestorationForm } from './forms/RestorationForm';
import { StagingForm } from './forms/StagingForm';
import { StartExplanation } from './mutations';
import { useStart } from './useStart';
import { STUDY_WORDS } from './words';

/** The form of a new study of a kind. */
export function StudyForm({ tab, ...props }: FormProps & { tab: StudyTab }) {
  switch (tab) {
    case 'mitigation':
      return <MitigationForm {...props} />;
    case 'restoration':
      return <RestorationForm {...props} />;
    case 'staging':
      return <StagingForm {...props} />;
    case 'investment':
      return <InvestmentForm {...props} />;
    case 'explanation':
      return <ExplanationForm {...props} />;
  }
}

function ExplanationForm({ run, onStarted, onClose }: FormProps) {
  const { isBusy, problem, start } = useStart(StartExplanation);
  const submit = async (): Promise<void> => {
    const study = await start({ runId: run.runId });
    if (study !== null) onStarted(study);
  };
  return (
    <FormFrame label="New explanation" submit={STUDY_WORDS.explanation.start} isBusy={isBusy} problem={problem} fault={null} onSubmit={() => void submit()} onClose={onClose}>
      <Typography variant="body2">There is nothing to choose: the run is explained as it was.</Typography>
    </FormFrame>
  );
}
