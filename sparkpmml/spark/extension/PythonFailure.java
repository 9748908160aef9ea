package io.sparkpmml;

/** The Python process could not be started or was lost; the message is one sentence that says what would help. */
final class PythonFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PythonFailure(String message) {
        super(message);
    }
}
