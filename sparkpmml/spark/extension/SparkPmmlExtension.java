package io.sparkpmml;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistryBase;
import org.apache.spark.sql.catalyst.analysis.TableFunctionRegistry;

import scala.Function1;
import scala.runtime.BoxedUnit;

/**
 * {@code spark.sql.extensions=io.sparkpmml.SparkPmmlExtension}: makes the functions built in, in every session of this
 * JVM. They are answered by a Python process, which starts at the first call of one of them.
 *
 * <p>Sessions copy the registry of built-in functions when they begin, and an extension is applied before that. What an
 * extension "injects" instead counts as temporary in Spark 3.5, which no persistent view may use.
 */
public final class SparkPmmlExtension implements Function1<SparkSessionExtensions, BoxedUnit> {

    private static final List<Function> SCALARS = functions("predict", "predict_value", "predict_proba", "model_info");
    private static final List<Function> TABLES = functions("pmml_models");

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        SCALARS.forEach(function -> register(FunctionRegistry.builtin(), function));
        TABLES.forEach(function -> register(TableFunctionRegistry.builtin(), function));
        return BoxedUnit.UNIT;
    }

    /** Made once, since Spark warns of a function that is replaced by another one. */
    private static List<Function> functions(String... names) {
        return Arrays.stream(names).map(Function::new).collect(Collectors.toList());
    }

    /** Raw, since a builder takes a scala.collection.Seq in Scala 2.12 and an immutable one in 2.13. */
    @SuppressWarnings({"rawtypes", "unchecked"})
    private static void register(FunctionRegistryBase registry, Function function) {
        registry.registerFunction(new FunctionIdentifier(function.name), function.info, (Function1) function);
    }
}
