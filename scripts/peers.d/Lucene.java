// Lucene as a peer.
//
// usage: Lucene index DIR THREADS < DOCUMENTS    one writer, which the threads share
//        Lucene query DIR                        each line on stdin: a query, a tab, an outcome or nothing
//        Lucene version

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.Version;

public class Lucene {
    static final Set<String> TEXTS = Set.of("issue", "guideline", "rationale", "claims", "summary", "text", "category");
    static final Set<String> NUMBERS = Set.of("age", "decided", "injured", "assigned", "case", "number");
    static final Set<String> STORED = Set.of("issue_record", "letter_record");
    // No word is left out, as with the others.
    static final EnglishAnalyzer ANALYZER = new EnglishAnalyzer(CharArraySet.EMPTY_SET);

    public static void main(String[] args) throws Exception {
        if (args[0].equals("version")) {
            System.out.println(Version.LATEST);
            return;
        }
        var directory = FSDirectory.open(Path.of(args[1]));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (args[0].equals("index")) {
            index(directory, lines, Integer.parseInt(args[2]));
        } else {
            query(directory, lines);
        }
    }

    static void index(FSDirectory directory, BufferedReader lines, int count) throws Exception {
        var config = new IndexWriterConfig(ANALYZER).setRAMBufferSizeMB(400);
        try (var writer = new IndexWriter(directory, config)) {
            var queue = new ArrayBlockingQueue<String>(1000);
            var threads = new Thread[count];
            for (int i = 0; i < count; i++) {
                threads[i] = new Thread(() -> add(writer, queue));
                threads[i].start();
            }
            for (String line; (line = lines.readLine()) != null; ) {
                queue.put(line);
            }
            for (int i = 0; i < count; i++) {
                queue.put("");
            }
            for (var thread : threads) {
                thread.join();
            }
            writer.commit();
        }
    }

    static void add(IndexWriter writer, ArrayBlockingQueue<String> queue) {
        try {
            var json = new ObjectMapper();
            for (String line; !(line = queue.take()).isEmpty(); ) {
                writer.addDocument(document(json.readTree(line)));
            }
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    static Document document(JsonNode json) {
        var document = new Document();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            String field = entry.getKey();
            for (JsonNode value : entry.getValue()) {
                if (NUMBERS.contains(field)) {
                    document.add(new LongField(field, value.asLong(), Field.Store.NO));
                } else if (STORED.contains(field)) {
                    document.add(new StoredField(field, value.asText()));
                } else if (TEXTS.contains(field)) {
                    document.add(new TextField(field, value.asText(), Field.Store.NO));
                } else {
                    document.add(new StringField(field, value.asText(), Field.Store.NO));
                    document.add(new SortedSetDocValuesField(field, new BytesRef(value.asText())));
                }
            }
        }
        return document;
    }

    static void query(FSDirectory directory, BufferedReader lines) throws Exception {
        var searcher = new IndexSearcher(DirectoryReader.open(directory));
        var parser = new QueryParser("rationale", ANALYZER);
        for (String line; (line = lines.readLine()) != null; ) {
            String[] parts = line.split("\t", -1);
            Query query = parser.parse(parts[0]);
            if (!parts[1].isEmpty()) {
                var outcome = new TermQuery(new Term("outcome", parts[1]));
                query = new BooleanQuery.Builder().add(query, Occur.MUST).add(outcome, Occur.FILTER).build();
            }
            int total = searcher.count(query);
            for (var hit : searcher.search(query, 10).scoreDocs) {
                searcher.storedFields().document(hit.doc);
            }
            System.out.println(total);
        }
    }
}
