import type { StudyTab } from './address';
import type { TabProps } from './context';
import { ExplanationResult } from './explanation/ExplanationResult';
import { InvestmentResult } from './investment/InvestmentResult';
import { MitigationResult } from './mitigation/MitigationResult';
import type { StudyRow } from './queries';
import { RestorationResult } from './restoration/RestorationResult';
import { StagingResult } from './staging/StagingResult';

type Props = TabProps & { tab: StudyTab; study: StudyRow; isReport?: boolean };

/** What a study found. */
export function StudyResult({ tab, study, isReport = false, ...props }: Props) {
  switch (tab) {
    case 'mitigation':
      return <MitigationResult study={study} isReport={isReport} />;
    case 'restoration':
      return <RestorationResult study={study} runId={props.run.runId} isReport={isReport} />;
    case 'staging':
      return <StagingResult study={study} isReport={isReport} {...props} />;
    case 'investment':
      return <InvestmentResult study={study} isReport={isReport} {...props} />;
    case 'explanation':
      return <ExplanationResult study={study} />;
  }
}
