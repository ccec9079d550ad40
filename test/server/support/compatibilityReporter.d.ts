interface FileResult {
	testFilePath: string;
	numPassingTests: number;
	numFailingTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testExecError?: unknown;
}

export function summarise(
	testResults: readonly Partial<FileResult>[],
	globalConfig: { testNamePattern?: string },
): { passed: number; failed: number } | undefined;
