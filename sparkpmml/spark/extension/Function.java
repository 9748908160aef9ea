package io.sparkpmml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.stream.Collectors;

import org.apache.spark.QueryContext;
import org.apache.spark.api.python.PythonUtils;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;

import scala.Function1;
import scala.Option;

/** A function of SQL by its name: what DESCRIBE FUNCTION says of it, and the builder, which asks Python. */
final class Function implements Function1<Object, Object> {

    final String name;
    final ExpressionInfo info;

    Function(String name) {
        this.name = name;
        this.info = describe(name);
    }

    /** The expression (a table function's plan) for a call with these argument expressions. */
    @Override
    public Object apply(Object arguments) {
        try {
            return PythonProcess.running().call(name, arguments);
        } catch (PythonFailure failure) {
            return raise(failed(name + ": " + failure.getMessage()));
        } catch (IllegalArgumentException refused) {
            return raise(failed(refused.getMessage()));
        }
    }

    @Override
    public String toString() {
        return "sparkpmml." + name;
    }

    /** The text is a paragraph of usage, then the extended description; sparkpmml.spark.usage reads it too. */
    private static ExpressionInfo describe(String name) {
        String[] parts = read("usage/" + name + ".txt").split("\n\n", 2);
        return new ExpressionInfo(
                "sparkpmml", null, name, parts[0], "\n" + parts[1], "", "", "misc_funcs", "", "", "built-in");
    }

    private static String read(String resource) {
        try (InputStream stream = Function.class.getResourceAsStream(resource);
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().collect(Collectors.joining("\n", "", "\n"));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    /** The exception that SQL clients show without a stack trace: those of 4.3 do so by its condition's SQLSTATE. */
    private AnalysisException failed(String message) {
        return new AnalysisException(
                message,
                Option.empty(),
                Option.empty(),
                Option.empty(),
                Option.apply("FAILED_FUNCTION_CALL"),
                PythonUtils.toScalaMap(Collections.singletonMap("funcName", name)),
                new QueryContext[0]);
    }

    /** Throws a checked exception from a method of Scala, which declares none. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> Object raise(Throwable error) throws E {
        throw (E) error;
    }
}
