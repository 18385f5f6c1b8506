/** Tests run as ES modules, transpiled by swc; types are checked apart (`npm run typecheck`). */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true } }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/var/'],
  testTimeout: 60_000,
  maxWorkers: 2,
  // A worker keeps what each suite loaded, and what costs a second in a new one costs ten in one that has seen a hundred suites.
  workerIdleMemoryLimit: '250MB',
};
