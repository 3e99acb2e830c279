// No code: the target of this file precompiles the headers of all tests.
