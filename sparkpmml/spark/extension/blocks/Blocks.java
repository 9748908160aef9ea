package io.sparkpmml.blocks;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;

import org.apache.spark.SparkContext;
import org.apache.spark.api.python.PythonFunction;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.SparkStrategy;

import scala.Option;

/** What Python calls: makes models' functions cross in blocks. */
public final class Blocks {

    /** Public, for Python finds the class by its loader and makes an object of it. */
    public Blocks() {}

    /** From now on plans may score blocks with `block` where they call `function`, whose columns have the types `carriers`. */
    public void pair(PythonFunction function, PythonFunction block, List<String> carriers) {
        addJar(SparkContext.getOrCreate());
        Twins.put(function, block, carriers.toArray(new String[0]));
    }

    /** Let the session that is analysing a query plan with blocks. */
    public void join() {
        Option<SparkSession> session = SparkSession.getActiveSession();
        if (session.isDefined()) {
            addStrategy(Scala.call(session.get().getClass(), session.get(), "experimental"));
        }
    }

    private static void addStrategy(ExperimentalMethods methods) {
        synchronized (methods) {
            List<SparkStrategy> strategies = new ArrayList<>(
                    Scala.<SparkStrategy>javaList(Scala.call(ExperimentalMethods.class, methods, "extraStrategies")));
            if (strategies.stream().noneMatch(PredictStrategy.class::isInstance)) {
                strategies.add(new PredictStrategy());
                Scala.call(ExperimentalMethods.class, methods, "extraStrategies_$eq", Scala.list(strategies));
            }
        }
    }

    /** The executors need these classes, too. */
    private static synchronized void addJar(SparkContext context) {
        Path jar = jar();
        List<String> added = Scala.javaList(Scala.call(SparkContext.class, context, "listJars"));
        if (added.stream().noneMatch(each -> each.endsWith("/" + jar.getFileName()))) {
            context.addJar(jar.toString());
        }
    }

    private static Path jar() {
        try {
            return Paths.get(Blocks.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException error) {
            throw new IllegalStateException(error);
        }
    }
}
