export { DataAge } from './DataAge';
export { HealthIndicator } from './HealthIndicator';
